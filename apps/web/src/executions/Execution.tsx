'use client'
import { useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useParams } from 'next/navigation'
import { useTRPC } from '../api/trpc.ts'
import { hostOf } from '../apps/words.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { CheckActions } from '../pipeline/CheckActions.tsx'
import { CheckDetail } from '../pipeline/CheckList.tsx'
import { ButtonLink } from '../ui/Button.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { Notice, ProblemNotice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { ClockTime, Time } from '../ui/Time.tsx'
import { WaitBlock } from '../ui/WaitBlock.tsx'
import { Canaries } from './Canary.tsx'
import { Cancel } from './Cancel.tsx'
import { ExecutionState } from './ExecutionState.tsx'
import { ExecutionSteps } from './ExecutionSteps.tsx'
import type { ExecutionShown } from './execution-shown.ts'
import { LiftBad } from './LiftBad.tsx'
import { PartLogs } from './PartLogs.tsx'
import { hasEnded, kindWord } from './status.ts'

/** One revision's way, live: steps with their times, the log line by line, what happened, what went wrong. */
export function Execution() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const parameters = useParams<{ app: string; number: string }>()
  const app = decodeURIComponent(parameters.app)
  const number = Number(parameters.number)
  const execution = useQuery(trpc.executions.get.queryOptions({ organisationId, app, number }))
  return (
    <Loaded
      query={execution}
      what={`execution ${number}`}
      shape={
        <>
          <PageTitle title={`Execution ${number}`} />
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
            <Panel title="Steps">
              <LoadingRows what="the steps" rows={5} />
            </Panel>
            <Panel title="Log">
              <LoadingRows what="the log" rows={5} />
            </Panel>
          </div>
        </>
      }
    >
      {(shown) => <Whole execution={shown} />}
    </Loaded>
  )
}

function Whole({ execution }: { execution: ExecutionShown }) {
  const { slug } = useOrganisation()
  const { app, revision } = execution
  return (
    <>
      <PageTitle
        title={`Execution ${execution.number}`}
        actions={
          <>
            {execution.canDeploy ? (
              <ButtonLink href={paths.deployPush(slug, app.name, execution.number)} look="go">
                Deploy…
              </ButtonLink>
            ) : null}
            <Cancel app={app.name} execution={execution} />
          </>
        }
      >
        <Revision sha={revision.sha} title={revision.body} isGone={execution.status === 'superseded'} />
        <span className="min-w-0 text-14 text-ink-2 [overflow-wrap:anywhere]" title={revision.body}>
          {execution.kind === 'push' ? revision.message : `${kindWord(execution.kind)}: ${revision.message}`}
        </span>
        <span className="text-13 text-ink-3">
          {execution.kind === 'push' ? revision.author : execution.startedBy.name},{' '}
          <Time at={execution.createdAt} />
        </span>
        <ExecutionState status={execution.status} waitsFor={execution.waits?.waitsFor} isPill />
      </PageTitle>
      <WhatToKnow execution={execution} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
        <div className="grid min-w-0 gap-4">
          <ExecutionSteps execution={execution} />
        </div>
        <div className="grid min-w-0 gap-4">
          <Canaries app={app.name} number={execution.number} />
          <PartLogs execution={execution} />
          <Events events={execution.events} />
        </div>
      </div>
    </>
  )
}

/** The one sentence a worried person reads first. */
function WhatToKnow({ execution }: { execution: ExecutionShown }) {
  const { slug } = useOrganisation()
  const { error, supersededBy, urls, reason, revision, app, canDeploy } = execution
  return (
    <>
      {error ? (
        <ProblemNotice problem={error} className="mb-4" isUrgent>
          <StillRuns execution={execution} />
        </ProblemNotice>
      ) : null}
      {revision.isBad && hasEnded(execution.status) ? (
        <Notice
          tone="warn"
          title="This revision is marked bad."
          className="mb-4"
          action={<LiftBad app={app.name} sha={revision.sha} />}
        >
          It goes nowhere by itself any more, and nothing goes back to it, until somebody lifts the mark.
        </Notice>
      ) : null}
      {revision.isBad && canDeploy ? (
        <Notice tone="warn" title="This revision is marked bad, so it waits for a person." className="mb-4">
          Deployed all the same, it is not tried on a part of the visitors first, and no monitor takes it
          back.
        </Notice>
      ) : null}
      {supersededBy === null ? null : (
        <Notice
          tone="info"
          title={`Superseded by execution ${supersededBy}.`}
          className="mb-4"
          action={
            <ButtonLink size="small" href={paths.execution(slug, app.name, supersededBy)}>
              Go there
            </ButtonLink>
          }
        >
          A newer push took its commits along.
        </Notice>
      )}
      <Waits execution={execution} />
      {urls.length > 0 ? (
        <ul className="mb-4 flex flex-wrap gap-2">
          {urls.map(({ service, url }) => (
            <li key={url}>
              <ButtonLink href={url} isExternal>
                <ExternalLink aria-hidden="true" className="size-3.5" />
                {service}
                <span className="max-w-[60vw] truncate font-mono text-12 font-normal">{hostOf(url)}</span>
              </ButtonLink>
            </li>
          ))}
        </ul>
      ) : null}
      {reason ? (
        <p className="mb-4 text-13 text-ink-2">
          {execution.startedBy.name}: “{reason}”
        </p>
      ) : null}
    </>
  )
}

/** The four answers, and what the one who looks can do about it. */
function Waits({ execution }: { execution: ExecutionShown }) {
  const mayApprove = useReason('executions.approve') === undefined
  const check = execution.parts.find((part) => part.check?.state.is === 'asked')?.check ?? null
  if (execution.waits === null) return null
  const answers = check?.state.is === 'asked' ? check.state.answers : null
  const isYours = answers !== null && answers.whyNotApprove === null && mayApprove
  return (
    <Panel className="mb-4 max-w-[720px]" isForYou={execution.canDeploy || isYours}>
      <div className="grid gap-3 px-5 py-3">
        {check ? <CheckDetail check={check} /> : <WaitBlock waits={execution.waits} />}
        {check ? (
          <CheckActions
            app={execution.app.name}
            number={execution.number}
            check={check}
            isForYou={isYours && !execution.canDeploy}
          />
        ) : null}
      </div>
    </Panel>
  )
}

/** What is already safe: the release that answers while this one failed. */
function StillRuns({ execution }: { execution: ExecutionShown }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const app = useQuery(trpc.apps.get.queryOptions({ organisationId, app: execution.app.name }))
  if (!app.data?.live) return null
  return (
    <p className="mt-1 flex flex-wrap items-center gap-2 text-ink">
      Release {app.data.live.number} runs on:{' '}
      <Revision sha={app.data.live.sha} title={app.data.live.message} />
    </p>
  )
}

function Events({ events }: { events: ExecutionShown['events'] }) {
  return (
    <Panel
      title="Events"
      sub="What this screen is made of"
      aside={<span className="font-mono text-12 text-ink-3">{events.length}</span>}
    >
      <ol className="py-2 text-12">
        {events.toReversed().map((event) => (
          <li
            key={event.sequence}
            className="grid grid-cols-[60px_minmax(0,1fr)] gap-x-2 px-4 py-[3px] md:grid-cols-[64px_150px_minmax(0,1fr)]"
          >
            <ClockTime at={event.at} className="text-ink-3" />
            <code className="text-12">{event.type}</code>
            <span className="col-start-2 text-ink-2 md:col-start-3">{event.words}</span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}
