'use client'
import clsx from 'clsx'
import { Cancel } from '../executions/Cancel.tsx'
import { ExecutionState } from '../executions/ExecutionState.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import { Carried } from './Carried.tsx'
import { CheckList } from './CheckList.tsx'
import { Column, Quiet, Slot } from './Column.tsx'
import { Entrant } from './Entrant.tsx'
import { HoldStage } from './HoldStage.tsx'
import type { StageShown } from './pipeline-shown.ts'
import { StageState } from './StageState.tsx'
import { Targets } from './Targets.tsx'
import { placeOf } from './target-words.ts'

/** The one thing of the sheet that asks something of who looks: an execution before a stage, or a check inside. */
export type ForYou = { stage: string; number: number; path: string | null }

/** One stage: who waits before it and why, who is inside, its waves with their environments. */
export function StageColumn({
  app,
  autoDeploy,
  stage,
  isFollowed,
  forYou,
}: {
  app: string
  autoDeploy: boolean
  stage: StageShown
  isFollowed: boolean
  forYou: ForYou | null
}) {
  const { name, holder, hold, waiting } = stage
  const isHere = forYou?.stage === name
  return (
    <Column
      title={name}
      place={placeOf(stage)}
      state={<StageState stage={stage} />}
      action={<HoldStage app={app} stage={stage} />}
      isFollowed={isFollowed}
      isGoingBack={holder?.status === 'going-back'}
    >
      <Slot
        label="Waiting to enter"
        isForYou={isHere && waiting.some(({ number }) => number === forYou.number)}
        isHatched={waiting.length === 0}
      >
        {hold ? (
          <p className="text-12 [overflow-wrap:anywhere] text-warn">
            {hold.by.name} holds this stage since <Time at={hold.since} />: “{hold.reason}”. Only a rollback
            enters.
          </p>
        ) : null}
        {waiting.length === 0 ? <Quiet>Nobody. {nextWords(stage, autoDeploy)}</Quiet> : null}
        {waiting.map((entrant) => (
          <Entrant
            key={entrant.number}
            app={app}
            entrant={entrant}
            holder={holder}
            isForYou={isHere && entrant.number === forYou.number}
          />
        ))}
      </Slot>
      <Inside app={app} stage={stage} forYou={isHere ? forYou.path : null} />
    </Column>
  )
}

function nextWords({ hold, isRemoved }: StageShown, autoDeploy: boolean): string {
  if (isRemoved) return 'The newest manifest no longer names this stage.'
  if (hold) return 'What comes waits until it is released.'
  return autoDeploy
    ? 'What comes enters by itself, once its gates are open.'
    : 'A push waits for Deploy first.'
}

function Inside({ app, stage, forYou }: { app: string; stage: StageShown; forYou: string | null }) {
  const { holder, last, checksOf, before, after, waves, name } = stage
  const checks = {
    app,
    number: holder?.number === checksOf?.number ? (checksOf?.number ?? null) : null,
    forYou,
  }
  return (
    <div className={clsx('grid min-w-0 content-start gap-3 px-4 py-3', forYou !== null && 'for-you')}>
      <h3 className="text-12 font-medium text-ink-2">{holder ? 'Inside' : 'Last inside'}</h3>
      {holder ? (
        <div className="grid min-w-0 gap-2">
          <Carried app={app} execution={holder} />
          <span className="flex flex-wrap items-center gap-2 text-12 text-ink-2">
            <span>
              In it since <Time at={holder.since} />
            </span>
            <Cancel app={app} execution={holder} size="small" />
          </span>
        </div>
      ) : last ? (
        <div className="grid min-w-0 gap-1">
          <Carried app={app} execution={last} />
          <span className="flex flex-wrap items-center gap-x-2 text-12 text-ink-3">
            {last.hasPassed ? (
              <State kind="good">Came through</State>
            ) : (
              <ExecutionState status={last.status} />
            )}
            <span>
              left <Time at={last.leftAt} />
            </span>
          </span>
          {!last.hasPassed && last.error ? (
            <p className="text-12 [overflow-wrap:anywhere] text-bad">{last.error.what}</p>
          ) : null}
        </div>
      ) : (
        <Quiet>Nobody was in it yet.</Quiet>
      )}
      <CheckList label={`Before ${name}`} checks={before} {...checks} />
      <div className="grid gap-4 md:auto-cols-fr md:grid-flow-col md:gap-0">
        {waves.map((wave, index) => (
          <section
            // biome-ignore lint/suspicious/noArrayIndexKey: a wave is its place
            key={index}
            aria-label={`Wave ${index + 1} of ${name}`}
            className="grid min-w-0 content-start gap-2.5 md:not-first:border-l md:not-first:pl-3 md:not-last:pr-3"
          >
            {waves.length > 1 || wave.targets.length > 1 ? (
              <h4 className="flex flex-wrap items-baseline gap-x-2 text-12 font-semibold">
                {waves.length > 1 ? `Wave ${index + 1}` : 'Targets'}
                <span className="font-normal text-ink-3">{paceOf(wave)}</span>
              </h4>
            ) : null}
            <CheckList label={`Before wave ${index + 1}`} checks={wave.before} {...checks} />
            <Targets app={app} targets={wave.targets} />
            <CheckList label={`After wave ${index + 1}`} checks={wave.after} {...checks} />
          </section>
        ))}
      </div>
      <CheckList label={`After ${name}`} checks={after} {...checks} />
    </div>
  )
}

function paceOf({ targets, limit }: StageShown['waves'][number]): string {
  const amount = targets.length === 1 ? '1 target' : `${targets.length} targets`
  return limit < targets.length ? `${amount}, ${limit} at a time` : amount
}
