'use client'
import clsx from 'clsx'
import { StateIcon } from '../ui/State.tsx'
import { Lasting, Time } from '../ui/Time.tsx'
import { WaitBlock } from '../ui/WaitBlock.tsx'
import { CheckActions } from './CheckActions.tsx'
import { checkLook } from './check-words.ts'
import type { CheckShown } from './pipeline-shown.ts'
import { Watched } from './Watched.tsx'

/** Steps and gates in the order in which they are asked: how each stands, and what it waits for. */
export function CheckList({
  label,
  app,
  number,
  checks,
  forYou,
}: {
  label: string
  app: string
  /** The execution whose way they show; null while nothing was here. */
  number: number | null
  checks: readonly CheckShown[]
  /** Path of the one that asks something of who looks. */
  forYou: string | null
}) {
  if (checks.length === 0) return null
  return (
    <ul aria-label={label} className="grid max-w-[400px] gap-1.5 text-12">
      {checks.map((check) => (
        <CheckRow key={check.path} app={app} number={number} check={check} isForYou={check.path === forYou} />
      ))}
    </ul>
  )
}

function CheckRow({
  app,
  number,
  check,
  isForYou,
}: {
  app: string
  number: number | null
  check: CheckShown
  isForYou: boolean
}) {
  const { kind, word } = checkLook(check)
  const { state, words } = check
  const isAhead = state.is === 'ahead' || state.is === 'never'
  return (
    <li className="grid grid-cols-[14px_minmax(0,1fr)_auto] items-start gap-x-2 gap-y-1">
      <span title={word} className="mt-px">
        <StateIcon kind={kind} />
        <span className="sr-only">{word}:</span>
      </span>
      <span
        className={clsx(
          '[overflow-wrap:anywhere]',
          isAhead && 'text-ink-3',
          state.is === 'asked' && 'font-medium',
        )}
      >
        {words}
      </span>
      <span className="text-ink-2">
        {'since' in state ? (
          <Lasting from={state.since} to={'endedAt' in state ? state.endedAt : null} />
        ) : null}
      </span>
      <span className="col-span-2 col-start-2 grid gap-2 empty:hidden">
        {check.watched ? <Watched watched={check.watched} /> : null}
        <CheckDetail check={check} />
        {state.is === 'asked' && number !== null ? (
          <CheckActions app={app} number={number} check={check} isForYou={isForYou} />
        ) : null}
      </span>
    </li>
  )
}

/** What is to be known of a check beside its state: its wait, who opened it and why, or what went wrong. */
export function CheckDetail({ check }: { check: CheckShown }) {
  const { state, words, mayAct } = check
  switch (state.is) {
    case 'ahead':
    case 'never':
      return null
    case 'asked': {
      const isLookedAtBefore = state.nextLookAt !== null && state.nextLookAt < state.until
      return (
        <div className="grid gap-1">
          <WaitBlock
            waits={{
              waitsFor: sentence(state.waitsFor ?? words),
              since: state.since,
              until: state.until,
              mayAct,
            }}
          />
          {state.nextLookAt !== null && isLookedAtBefore ? (
            <p className="text-12 text-ink-3">
              Looked at again <Time at={state.nextLookAt} />
            </p>
          ) : null}
        </div>
      )
    }
    case 'passed':
      if (state.by === null && state.reason === null) return null
      return (
        <p className="text-12 [overflow-wrap:anywhere] text-ink-2">
          {state.isOverridden ? 'Passed over' : state.by ? 'Opened' : 'Passed'}
          {state.by ? ` by ${state.by.name}` : ''}, <Time at={state.endedAt} />
          {state.reason ? `: “${state.reason}”` : ''}
        </p>
      )
    case 'failed':
      return <p className="text-12 [overflow-wrap:anywhere] text-bad">{state.error.what}</p>
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
