'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowUp, CircleCheck } from 'lucide-react'
import Link from 'next/link'
import { useParams, useRouter } from 'next/navigation'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { type DiffRow, DiffRows } from '../ui/DiffRows.tsx'
import { formatBytes, formatDuration } from '../ui/format-time.ts'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { Flag, Revision } from '../ui/Revision.tsx'
import { Time } from '../ui/Time.tsx'
import { AwsPrice, InfrastructureChange } from './AwsPrice.tsx'
import { ExecutionState } from './ExecutionState.tsx'

type Plan = Answers['executions']['plan']

/** A push is there: what will change, and one button. */
export function DeployPush() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const parameters = useParams<{ app: string; number: string }>()
  const app = decodeURIComponent(parameters.app)
  const number = Number(parameters.number)
  const plan = useQuery(trpc.executions.plan.queryOptions({ organisationId, app, number }))
  return (
    <div className="mx-auto max-w-[1180px]">
      <Loaded
        query={plan}
        what="what will change"
        shape={<LoadingPage title="Deploy a push" what="what will change" />}
      >
        {(shown) => <Whole app={app} plan={shown} />}
      </Loaded>
    </div>
  )
}

function Whole({ app, plan }: { app: string; plan: Plan }) {
  const { environment, revision, release, live } = plan
  return (
    <>
      <header className="mt-2 mb-5 grid gap-1.5">
        <p className="flex flex-wrap items-center gap-1.5 text-13 text-ink-2">
          <ArrowUp aria-hidden="true" className="size-4 text-accent-ink" />
          <span>
            A push is there. It goes to{' '}
            <b className="text-ink">
              {environment.name}, {environment.region}
            </b>
            .
          </span>
        </p>
        <h1 className="flex items-start gap-3 text-20 font-semibold tracking-[-0.025em] md:items-center md:text-24">
          <Flag sha={revision.sha} className="mt-1.5 h-[18px] w-[27px] md:mt-0" />
          <span className="[overflow-wrap:anywhere]">{revision.message}</span>
        </h1>
        <p className="text-13 text-ink-2">
          <code>{revision.sha.slice(0, 7)}</code> by {revision.author}, pushed <Time at={revision.pushedAt} />
          .{' '}
          {release
            ? `Built${release.builtSeconds === null ? '' : ` in ${formatDuration(release.builtSeconds * 1000)}`} as release ${release.number}, ${formatBytes(release.sizeBytes)}, ${release.architecture}.`
            : 'It is being built.'}
        </p>
      </header>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_376px]">
        <div className="grid min-w-0 gap-4">
          <Commits plan={plan} />
          <Changes
            title="Configuration"
            none={live ? 'No variable or secret changes.' : 'No variable or secret is set.'}
            changes={plan.configuration}
          />
          <Changes title="Services" none="The services stay as they are." changes={plan.services} />
          <InfrastructureChange change={plan.infrastructure} />
          {plan.why.length > 0 ? (
            <Panel title="What Slipway found">
              <ul className="grid gap-1.5 p-4 text-13 text-ink-2">
                {plan.why.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </Panel>
          ) : null}
        </div>
        <aside className="grid min-w-0 gap-4 max-lg:order-first lg:sticky lg:top-[104px]">
          <Deploy app={app} plan={plan} />
        </aside>
      </div>
    </>
  )
}

function Commits({ plan }: { plan: Plan }) {
  const { commits, hasMoreCommits, live } = plan
  return (
    <Panel
      title="Commits"
      sub={
        live ? (
          <>
            {commits.length}
            {hasMoreCommits ? ' and more' : ''} since <code>{live.sha.slice(0, 7)}</code>, live{' '}
            <Time at={live.since} />
          </>
        ) : (
          'the first that goes live here'
        )
      }
    >
      {commits.length === 0 ? (
        <p className="p-4 text-13 text-ink-2">
          No commit is new: this revision, or a newer one, is live already.
        </p>
      ) : (
        <ul className="py-1">
          {commits.map((commit) => (
            <li
              key={commit.sha}
              className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5 px-4 py-1.5 text-13 md:flex-nowrap"
            >
              <Revision sha={commit.sha} />
              <span className="min-w-0 flex-[1_0_60%] md:flex-1 md:truncate" title={commit.message}>
                {commit.message}
              </span>
              <span className="text-12 whitespace-nowrap text-ink-3">
                {commit.author}, <Time at={commit.pushedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

type Change = Plan['configuration'][number]

function Changes({ title, none, changes }: { title: string; none: string; changes: Change[] }) {
  return (
    <Panel title={title} sub={changes.length === 0 ? null : summaryOf(changes)}>
      {changes.length === 0 ? (
        <p className="p-4 text-13 text-ink-2">{none}</p>
      ) : (
        <DiffRows rows={changes.map(rowOf)} />
      )}
    </Panel>
  )
}

function rowOf(change: Change): DiffRow {
  return { key: change.name, change: change.change, name: <code>{change.name}</code>, detail: change.words }
}

function summaryOf(changes: Change[]): string {
  const words = { added: 'added', changed: 'changed', removed: 'removed' } as const
  return (['added', 'changed', 'removed'] as const)
    .flatMap((kind) => {
      const amount = changes.filter((change) => change.change === kind).length
      return amount === 0 ? [] : [`${amount} ${words[kind]}`]
    })
    .join(', ')
}

function Deploy({ app, plan }: { app: string; plan: Plan }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const { id: organisationId, slug } = useOrganisation()
  const reason = useReason('executions.deploy')
  const execution = paths.execution(slug, app, plan.number)
  const deploy = useMutation(
    trpc.executions.deploy.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.executions.pathFilter())
        router.push(execution)
      },
    }),
  )
  return (
    <Panel className="border-line-2" isForYou={plan.canDeploy}>
      <AwsPrice change={plan.infrastructure} isFirst={plan.live === null} />
      <ul className="grid gap-[7px] px-5 py-3.5 text-13">
        {safeties(plan).map((sentence) => (
          <li key={sentence} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2 leading-[18px]">
            <CircleCheck aria-hidden="true" className="mt-px size-4 text-ok" />
            {sentence}
          </li>
        ))}
      </ul>
      <PanelBody className="grid gap-2 border-t">
        {deploy.error ? <ProblemNotice problem={problemOf(deploy.error)} isUrgent /> : null}
        {plan.canDeploy ? (
          <Button
            look="go"
            size="large"
            reason={reason}
            busy={deploy.isPending && 'Deploying'}
            onClick={() => deploy.mutate({ organisationId, app, number: plan.number })}
          >
            Deploy <code className="text-[13px]">{plan.revision.sha.slice(0, 7)}</code>
          </Button>
        ) : (
          <div className="flex flex-wrap items-center justify-between gap-2">
            <ExecutionState status={plan.status} />
            <ButtonLink href={execution}>Watch execution {plan.number}</ButtonLink>
          </div>
        )}
        {plan.canDeploy && plan.release === null ? (
          <p className="text-12 text-ink-2">
            It is still being built; pressed now, it goes out as soon as it is.
          </p>
        ) : null}
      </PanelBody>
      {plan.canDeploy ? (
        <Link
          href={paths.appSettings(slug, app)}
          className="flex items-center justify-between gap-2 border-t px-5 py-2.5 text-13 hover:bg-sunken focus-visible:-outline-offset-2"
        >
          <span>
            <b className="block font-medium">Deploy every push by itself</b>
            <span className="text-12 text-ink-3">In the app's settings</span>
          </span>
        </Link>
      ) : null}
    </Panel>
  )
}

/** What is true of every deployment into an environment of this kind, said before the button is pressed. */
function safeties({ live, compute }: Plan): string[] {
  const { undone, switched, first } = safetyOf[compute]
  if (!live) return [first]
  const back = `Back to release ${live.number} by one button, without a build`
  return [undone(live.sha.slice(0, 7)), back, switched]
}

type Safety = { undone(sha: string): string; switched: string; first: string }

const safetyOf: Record<Plan['compute'], Safety> = {
  server: {
    undone: (sha) => `If it does not come up healthy, ${sha} is put back by itself`,
    switched: 'Requests are held while it switches; the disk keeps its data',
    first: 'The first deployment makes a host, its address and its disks in your account',
  },
  cluster: {
    undone: (sha) => `Where a host does not come up healthy, all are put back to ${sha} by themselves`,
    switched: 'A third of the hosts at most are out at once, and take no requests meanwhile',
    first: 'The first deployment makes a load balancer and its hosts in your account',
  },
  static: {
    undone: (sha) => `If it does not answer once it is live, ${sha} is put back by itself`,
    switched: 'It is live everywhere at once; pages that are open still find their files',
    first: 'The first deployment makes a CloudFront distribution in your account, which takes some minutes',
  },
  function: {
    undone: (sha) => `If it does not answer well before anybody is led to it, ${sha} stays live`,
    switched: 'Requests that are under way are answered by the release that they came to',
    first:
      'The first deployment makes functions and a CloudFront distribution in your account, which takes some minutes',
  },
}
