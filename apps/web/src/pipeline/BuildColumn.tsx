'use client'
import { Cancel } from '../executions/Cancel.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { State, StateIcon, type StateKind } from '../ui/State.tsx'
import { Lasting, Time } from '../ui/Time.tsx'
import { Carried } from './Carried.tsx'
import { Column, Quiet, Slot } from './Column.tsx'
import type { BuildShown, PipelineShown } from './pipeline-shown.ts'

/** Where every push begins: what is being built, or what was built last. */
export function BuildColumn({ pipeline }: { pipeline: PipelineShown }) {
  const { app, builds } = pipeline
  const [newest] = builds
  const look = newest ? looks[newest.is] : undefined
  return (
    <Column
      title="Build"
      place={app.branch}
      state={look ? <State kind={look.kind}>{look.word}</State> : null}
      isFollowed={pipeline.stages.length > 0}
    >
      <Slot label="Waiting to enter" isHatched>
        <Quiet>Nobody. A push to {app.branch} is built at once.</Quiet>
      </Slot>
      <Slot label={newest?.is === 'running' ? 'On the runner' : 'Built last'}>
        {builds.length === 0 ? <Quiet>Nothing was built yet.</Quiet> : null}
        {builds.map((build) => (
          <Build key={build.number} app={app.name} build={build} />
        ))}
      </Slot>
    </Column>
  )
}

const looks: Record<BuildShown['is'], { kind: StateKind; word: string }> = {
  running: { kind: 'running', word: 'Building' },
  succeeded: { kind: 'good', word: 'Built' },
  failed: { kind: 'bad', word: 'Failed' },
  stopped: { kind: 'none', word: 'Stopped' },
  never: { kind: 'bad', word: 'Not built' },
}

const stepKinds: Record<BuildShown['steps'][number]['state'], StateKind> = {
  pending: 'none',
  running: 'running',
  waiting: 'running',
  done: 'good',
  failed: 'bad',
}

function Build({ app, build }: { app: string; build: BuildShown }) {
  const isOver = build.is !== 'running'
  return (
    <div className="grid min-w-0 gap-2">
      <Carried app={app} execution={build} />
      <ul aria-label="Steps of the build" className="grid max-w-[400px] gap-1 text-12 empty:hidden">
        {build.steps.map((step) => (
          <li key={step.name} className="grid grid-cols-[14px_minmax(0,1fr)_auto] gap-x-2">
            <StateIcon kind={stepKinds[step.state]} className="mt-px size-3.5" />
            <span className="min-w-0 [overflow-wrap:anywhere]">
              {step.title}{' '}
              {step.waitsFor ? <span className="text-ink-3">waits for {step.waitsFor}</span> : null}
            </span>
            <span className="text-ink-2">
              {step.startedAt ? <Lasting from={step.startedAt} to={step.endedAt} /> : null}
            </span>
          </li>
        ))}
      </ul>
      {build.is === 'running' ? (
        <>
          {build.until ? (
            <p className="text-12 text-ink-3">
              Gives up <Time at={build.until} />
            </p>
          ) : null}
          <div>
            <Cancel app={app} execution={build} size="small" />
          </div>
        </>
      ) : null}
      {isOver && build.is !== 'succeeded' && build.error ? <ProblemNotice problem={build.error} /> : null}
    </div>
  )
}
