'use client'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import { problemOf } from '../api/problem.ts'
import { type Answers, firstPage, useTRPC, useTRPCClient } from '../api/trpc.ts'
import { HealthState } from '../environments/HealthState.tsx'
import { ExecutionState } from '../executions/ExecutionState.tsx'
import { kindWord } from '../executions/status.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { StageStrip } from '../pipeline/StageStrip.tsx'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { Notice, ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody, Rows } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { Lasting, Time } from '../ui/Time.tsx'
import { PushHere } from './PushHere.tsx'
import { firstLine, hostOf } from './words.ts'

type App = Answers['apps']['get']

/** The app in one look: each stage in a line, then every execution. */
export function AppPage() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const name = decodeURIComponent(useParams<{ app: string }>().app)
  const app = useQuery(trpc.apps.get.queryOptions({ organisationId, app: name }))
  return (
    <Loaded query={app} what={name} shape={<LoadingPage title={name} what={name} />}>
      {(found) => <Whole app={found} />}
    </Loaded>
  )
}

function Whole({ app }: { app: App }) {
  const { slug } = useOrganisation()
  return (
    <>
      <PageTitle
        title={app.name}
        sub={
          <>
            {app.branch}, {app.autoDeploy ? 'each push deploys by itself' : 'each push waits for Deploy'} ·{' '}
            {app.cloudAccount.name}, {app.region}
          </>
        }
        actions={
          app.url ? (
            <ButtonLink href={app.url} isExternal>
              <ExternalLink aria-hidden="true" className="size-3.5" />
              <span className="max-w-[46vw] truncate md:max-w-[360px]">{hostOf(app.url)}</span>
            </ButtonLink>
          ) : null
        }
      >
        {app.isEmpty ? null : <HealthState health={app.health} isPill />}
      </PageTitle>
      {app.cloudAccount.state === 'broken' ? (
        <Notice
          tone="bad"
          title={`The connection with ${app.cloudAccount.name} is broken.`}
          className="mb-4"
          action={
            <ButtonLink href={paths.cloudAccount(slug, app.cloudAccount.id)} size="small">
              How to mend it
            </ButtonLink>
          }
        >
          The app runs on. Pushes wait until Slipway can act in the account again.
        </Notice>
      ) : null}
      {app.deletingSince ? (
        <Notice tone="warn" title="This app is being deleted." className="mb-4">
          Its stack in {app.cloudAccount.name} is taken down since <Time at={app.deletingSince} />.
        </Notice>
      ) : null}
      {app.isEmpty ? <FirstPush app={app} /> : <Executions app={app} />}
    </>
  )
}

function FirstPush({ app }: { app: App }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
      <Panel title="Push the first revision" isForYou>
        <PanelBody>
          <PushHere app={app.name} branch={app.branch} />
        </PanelBody>
      </Panel>
      <Panel title="What happens then">
        <ol className="grid gap-2 p-4 text-13 text-ink-2">
          {[
            'Slipway reads what it finds; your terminal and this page say what.',
            `A runner in ${app.cloudAccount.name} builds it. The first one takes longer: network, bucket and runner are made.`,
            'The release goes to your bucket; a host fetches it with its own role, or CloudFront serves it where it is only files.',
            'The URL appears here once the app answers.',
          ].map((text, index) => (
            <li key={text} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2">
              <span className="font-mono text-12 leading-5 text-ink-3">{index + 1}</span>
              {text}
            </li>
          ))}
        </ol>
      </Panel>
    </div>
  )
}

type ExecutionListed = Answers['executions']['list']['executions'][number]

function Executions({ app }: { app: App }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const client = useTRPCClient()
  const executions = useInfiniteQuery({
    queryKey: [...trpc.executions.list.queryKey({ organisationId, app: app.name }), 'pages'],
    queryFn: ({ pageParam }) =>
      client.executions.list.query({ organisationId, app: app.name, before: pageParam }),
    initialPageParam: firstPage,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const list = executions.data?.pages.flatMap((page) => page.executions)
  return (
    <>
      {executions.error ? <ProblemNotice problem={problemOf(executions.error)} className="mb-4" /> : null}
      <StageStrip app={app.name} />
      <Panel title="Executions" sub="Every push, rollback and change of variables" className="mt-4">
        {list ? (
          <Rows>
            {list.map((execution) => (
              <ExecutionRow key={execution.id} app={app.name} execution={execution} />
            ))}
          </Rows>
        ) : (
          <LoadingRows what="the executions" rows={4} />
        )}
        {executions.hasNextPage ? (
          <PanelBody className="border-t">
            <Button
              busy={executions.isFetchingNextPage && 'Loading'}
              onClick={() => executions.fetchNextPage()}
            >
              Older ones
            </Button>
          </PanelBody>
        ) : null}
      </Panel>
    </>
  )
}

function ExecutionRow({ app, execution }: { app: string; execution: ExecutionListed }) {
  const { slug } = useOrganisation()
  const href = paths.execution(slug, app, execution.number)
  return (
    <li className="relative grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 px-4 py-2 text-13 hover:bg-sunken md:grid-cols-[44px_88px_minmax(0,1fr)_auto_150px_56px]">
      <Link
        href={href}
        className="font-mono text-12 text-ink-2 after:absolute after:inset-0 after:content-['']"
      >
        <span className="sr-only">Execution </span>
        {execution.number}
      </Link>
      <Revision sha={execution.sha} title={execution.message} />
      <span className="order-last col-span-3 min-w-0 md:order-none md:col-span-1">
        <span className="block truncate" title={execution.message}>
          {execution.kind === 'push' ? (
            firstLine(execution.message)
          ) : (
            <b className="font-medium">{kindWord(execution.kind)}</b>
          )}
        </span>
        {execution.failed ? (
          <span className="block truncate text-12 text-bad">{execution.failed}</span>
        ) : null}
      </span>
      <span className="hidden text-12 text-ink-3 md:block">
        {execution.startedBy.name}, <Time at={execution.createdAt} />
      </span>
      <span className="justify-self-end md:justify-self-start">
        <ExecutionState status={execution.status} waitsFor={execution.waits?.waitsFor} />
      </span>
      <span className="hidden text-right text-12 text-ink-2 md:block">
        {execution.status === 'superseded' ? null : (
          <Lasting from={execution.createdAt} to={execution.endedAt} />
        )}
      </span>
    </li>
  )
}
