'use client'
import clsx from 'clsx'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { Answers } from '../api/trpc.ts'
import { HealthState } from '../environments/HealthState.tsx'
import { ExecutionState } from '../executions/ExecutionState.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Revision } from '../ui/Revision.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import { firstLine } from './words.ts'

type App = Answers['apps']['get']
type Execution = Answers['executions']['list']['executions'][number]

/**
 * The stages side by side: the waiting row above, who holds below, so that what waits and what holds line up.
 * Today there are two: the build, and production with its one target.
 */
export function PipelineSheet({ app, executions }: { app: App; executions: Execution[] }) {
  const { slug } = useOrganisation()
  const building = executions.find((one) => one.status === 'building')
  const holding = executions.find((one) => one.status === 'holding')
  const waiting = executions.find((one) => one.status === 'waiting')
  const inside = executions.find((one) => ['deploying', 'going-back', 'cancelling'].includes(one.status))
  const failed = executions[0]?.status === 'failed' ? executions[0] : undefined
  const environment = app.environments[0]
  return (
    <div className="grid overflow-hidden rounded-6 border border-line-2 bg-surface md:grid-cols-[minmax(0,1fr)_minmax(0,2fr)]">
      <Stage
        title="Build"
        place={`runner, ${app.cloudAccount.name}`}
        state={building ? <State kind="running">Building</State> : null}
      >
        <Slot label="Waiting to enter" isHatched>
          <Quiet>Nobody. The next push to {app.branch} builds at once.</Quiet>
        </Slot>
        <Slot label="On the runner">
          {building ? (
            <Carried app={app.name} execution={building} />
          ) : (
            <Quiet>Nothing is being built.</Quiet>
          )}
        </Slot>
      </Stage>
      <Stage
        title={environment?.name ?? 'production'}
        place={`${app.cloudAccount.name} · ${app.region}`}
        state={
          inside ? (
            <ExecutionState status={inside.status} />
          ) : failed ? (
            <State kind="bad">Last one failed</State>
          ) : (
            <HealthState health={app.health} />
          )
        }
        isGoingBack={inside?.status === 'going-back'}
        isSecond
      >
        <Slot label="Waiting to enter" isForYou={holding !== undefined} isHatched={!holding && !waiting}>
          {holding ? (
            <div className="flex flex-wrap items-start justify-between gap-3">
              <Carried app={app.name} execution={holding} />
              <ButtonLink href={paths.deployPush(slug, app.name, holding.number)} look="go">
                Deploy…
              </ButtonLink>
            </div>
          ) : waiting ? (
            <Carried app={app.name} execution={waiting} />
          ) : (
            <Quiet>
              Nobody.{' '}
              {app.autoDeploy ? 'What is built goes out by itself.' : 'What is built waits here for Deploy.'}
            </Quiet>
          )}
        </Slot>
        <Slot label={inside ? 'Being deployed' : 'Live'}>
          {inside ? (
            <Carried app={app.name} execution={inside} />
          ) : app.live ? (
            <div className="grid gap-1">
              <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <Revision sha={app.live.sha} title={app.live.message} />
                <span className="text-12 text-ink-3">release {app.live.number}</span>
              </span>
              <b className="text-13 font-medium [overflow-wrap:anywhere]">{firstLine(app.live.message)}</b>
              <span className="text-12 text-ink-3">
                {app.live.author} · live <Time at={app.live.since} />
              </span>
              {environment ? (
                <Link
                  href={paths.environment(slug, app.name, environment.name)}
                  className="link w-fit text-12"
                >
                  Services, hosts, releases and log
                </Link>
              ) : null}
            </div>
          ) : (
            <Quiet>Nothing was healthy here yet.</Quiet>
          )}
        </Slot>
      </Stage>
    </div>
  )
}

function Stage({
  title,
  place,
  state,
  isSecond = false,
  isGoingBack = false,
  children,
}: {
  title: string
  place: string
  state: ReactNode
  isSecond?: boolean
  isGoingBack?: boolean
  children: ReactNode
}) {
  return (
    <section
      aria-label={title}
      className={clsx(
        'grid min-w-0 grid-rows-[auto_auto_1fr]',
        isSecond && 'border-line-2 max-md:border-t md:border-l',
        isGoingBack && 'going-back',
      )}
    >
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b bg-sunken px-4 py-1.5">
        <h2 className="text-14 font-semibold">{title}</h2>
        <span className="font-mono text-11 text-ink-3">{place}</span>
        <span className="ml-auto">{state}</span>
      </header>
      {children}
    </section>
  )
}

function Slot({
  label,
  children,
  isForYou = false,
  isHatched = false,
}: {
  label: string
  children: ReactNode
  isForYou?: boolean
  isHatched?: boolean
}) {
  return (
    <div
      className={clsx(
        'grid min-h-24 min-w-0 content-start gap-2 px-4 py-3 not-last:border-b',
        isForYou && 'for-you',
        isHatched && 'hatch',
      )}
    >
      <h3 className="w-fit bg-surface text-12 font-normal text-ink-3">{label}</h3>
      {children}
    </div>
  )
}

function Quiet({ children }: { children: ReactNode }) {
  return <p className="w-fit rounded-4 border bg-surface px-2.5 py-1.5 text-12 text-ink-2">{children}</p>
}

function Carried({ app, execution }: { app: string; execution: Execution }) {
  const { slug } = useOrganisation()
  return (
    <div className="grid min-w-0 gap-1">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Revision
          sha={execution.sha}
          title={execution.message}
          href={paths.execution(slug, app, execution.number)}
        />
        <ExecutionState status={execution.status} />
      </span>
      <b className="text-13 font-medium [overflow-wrap:anywhere]">{firstLine(execution.message)}</b>
      <span className="text-12 text-ink-3">
        {execution.author} · <Time at={execution.createdAt} />
      </span>
      <Link href={paths.execution(slug, app, execution.number)} className="link w-fit text-12">
        Watch execution {execution.number}
      </Link>
    </div>
  )
}
