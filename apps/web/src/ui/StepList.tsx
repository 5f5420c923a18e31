'use client'
import clsx from 'clsx'
import { Fragment, type ReactNode } from 'react'
import { useNow } from './clock.tsx'
import { clockTime, formatDuration } from './format-time.ts'
import { StateIcon, type StateKind } from './State.tsx'

export type StepRow = {
  key: string
  name: ReactNode
  detail?: string | undefined
  state: StateKind
  stateWord: string
  startedAt: string | null
  endedAt: string | null
  /** Waits on purpose: drawn striped, beside work, which is solid. */
  isWaiting?: boolean
}
export type StepGroup = {
  key: string
  name: string
  place?: string
  steps: StepRow[]
  /** Below the steps: what else is to be known of it. */
  below?: ReactNode
}

/**
 * The steps of an execution with their waterfall: all bars share one axis, from the first start to the last
 * end (or now).
 */
export function StepList({ groups }: { groups: StepGroup[] }) {
  const now = useNow()
  const starts = groups.flatMap((group) =>
    group.steps.flatMap((step) => (step.startedAt ? [Date.parse(step.startedAt)] : [])),
  )
  const ends = groups.flatMap((group) =>
    group.steps.flatMap((step) => {
      if (step.endedAt) return [Date.parse(step.endedAt)]
      return step.startedAt && now ? [now.getTime()] : []
    }),
  )
  const first = starts.length > 0 ? Math.min(...starts) : 0
  const span = Math.max(1000, (ends.length > 0 ? Math.max(...ends) : first) - first)
  const axis = [0, 1 / 3, 2 / 3].map((share) => new Date(first + share * span))

  return (
    <div className="pt-1">
      {groups.map((group) => (
        <Fragment key={group.key}>
          <h3 className="mt-1 flex h-[30px] items-center gap-2 border-t px-4 pt-1.5 text-12 font-semibold first:mt-0 first:border-t-0">
            {group.name}
            {group.place ? (
              <span className="font-mono text-11 font-normal text-ink-3">{group.place}</span>
            ) : null}
          </h3>
          <ol>
            {group.steps.map((step) => (
              <Step key={step.key} step={step} first={first} span={span} now={now} />
            ))}
          </ol>
          {group.below ? <div className="pr-4 pb-1.5 pl-[38px]">{group.below}</div> : null}
        </Fragment>
      ))}
      {starts.length > 0 ? (
        <div
          className="mr-4 mb-2.5 ml-auto hidden w-[196px] font-mono text-11 text-ink-3 sm:flex"
          aria-hidden="true"
        >
          {axis.map((at) => (
            <span key={at.getTime()} className="w-1/3 flex-none">
              {span < 120_000 ? clockTime(at) : clockTime(at).slice(0, 5)}
            </span>
          ))}
        </div>
      ) : (
        <div className="h-2" />
      )}
    </div>
  )
}

function Step({ step, first, span, now }: { step: StepRow; first: number; span: number; now: Date | null }) {
  const start = step.startedAt ? Date.parse(step.startedAt) : null
  const end = step.endedAt ? Date.parse(step.endedAt) : (now?.getTime() ?? null)
  const isRed = step.state === 'bad' || step.state === 'going-back'
  return (
    <li
      className={clsx(
        'grid min-h-7 grid-cols-[14px_minmax(0,1fr)_48px] items-center gap-2 px-4 text-12 sm:grid-cols-[14px_minmax(0,1fr)_48px_196px]',
        isRed && 'bg-bad-soft shadow-[inset_2px_0_0_var(--bad)]',
      )}
    >
      <span title={step.stateWord}>
        <StateIcon kind={step.state} />
        <span className="sr-only">{step.stateWord}</span>
      </span>
      <span className="min-w-0 truncate" title={step.detail}>
        <span className={step.state === 'none' ? 'text-ink-3' : 'text-ink'}>{step.name}</span>{' '}
        {step.detail ? <span className="text-ink-3">{step.detail}</span> : null}
      </span>
      <span className="text-right text-ink-2">
        {start !== null && end !== null ? formatDuration(end - start) : null}
      </span>
      <span
        aria-hidden="true"
        className="relative hidden h-7 bg-[linear-gradient(90deg,var(--line)_1px,transparent_1px)] bg-size-[33.333%_100%] sm:block"
      >
        {start !== null && end !== null ? (
          <i
            className={clsx(
              'absolute top-2.5 h-2 min-w-0.5 rounded-[1px]',
              isRed ? 'bg-bad' : step.isWaiting ? 'striped' : 'bg-accent',
            )}
            style={{
              left: `${((start - first) / span) * 100}%`,
              width: `${(Math.max(0, end - start) / span) * 100}%`,
            }}
          />
        ) : null}
      </span>
    </li>
  )
}
