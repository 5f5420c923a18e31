'use client'
import { useQuery } from '@tanstack/react-query'
import { Plus, Search, Server } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { tankGroups } from '../bill/tank-groups.ts'
import { HealthState } from '../environments/HealthState.tsx'
import { ExecutionState } from '../executions/ExecutionState.tsx'
import { FirstSteps } from '../first-steps/FirstSteps.tsx'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { formatKnown, formatMoney, formatSummand } from '../ui/format-money.ts'
import { formatDate, monthName } from '../ui/format-time.ts'
import { Panel } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import { AppHeads } from './AppHeads.tsx'
import type { AppListed } from './app-listed.ts'
import { firstLine, hostOf } from './words.ts'

/** Every app: what is live where, what was pushed last, how it is. With none yet, the way to the first. */
export function Apps() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const apps = useQuery(trpc.apps.list.queryOptions({ organisationId }))
  if (apps.data?.length === 0) return <FirstSteps />
  return (
    <Loaded query={apps} what="your apps" shape={<LoadingPage title="Apps" what="your apps" />}>
      {(list) => <AppList apps={list} />}
    </Loaded>
  )
}

function AppList({ apps }: { apps: AppListed[] }) {
  const trpc = useTRPC()
  const { id: organisationId, slug } = useOrganisation()
  const reason = useReason('apps.create')
  const [filter, setFilter] = useState('')
  const accounts = new Set(apps.map((app) => app.cloudAccount.id)).size
  const shown = apps.filter((app) => matches(app, filter))
  const costs = useCosts()
  const aws = useQuery(trpc.costs.apps.queryOptions({ organisationId })).data
  return (
    <>
      <PageTitle
        title="Apps"
        sub={`${count(apps.length, 'app')} in ${count(accounts, 'cloud account')}`}
        actions={
          <>
            <label className="flex h-8 w-full items-center gap-2 rounded-6 border border-line-2 bg-surface px-2.5 text-ink-3 focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-[var(--focus)] sm:w-60">
              <Search aria-hidden="true" className="size-3.5" />
              <input
                aria-label="Filter the apps"
                placeholder="Filter by name, region, revision"
                value={filter}
                onChange={(event) => setFilter(event.target.value)}
                className="min-w-0 flex-1 bg-transparent text-13 text-ink outline-none"
              />
            </label>
            {reason ? (
              <Button look="go" reason={reason}>
                <Plus aria-hidden="true" className="size-4" />
                New app
              </Button>
            ) : (
              <ButtonLink href={paths.newApp(slug)} look="go">
                <Plus aria-hidden="true" className="size-4" />
                New app
              </ButtonLink>
            )}
          </>
        }
      />
      <AppHeads apps={apps} />
      <Panel>
        <table aria-label="Apps" className="block w-full border-collapse text-13 md:table">
          <thead className="hidden md:table-header-group">
            <tr className="text-left text-12 text-ink-3">
              <th scope="col" className="border-b py-2 pr-2.5 pl-4 font-medium">
                App
              </th>
              <th scope="col" className="border-b px-2.5 py-2 font-medium">
                Live
              </th>
              <th scope="col" className="border-b px-2.5 py-2 font-medium">
                Last push
              </th>
              <th scope="col" className="border-b px-2.5 py-2 font-medium last:pr-4">
                Health
              </th>
              {costs ? (
                <th
                  scope="col"
                  className="border-b py-2 pr-4 pl-2.5 text-right font-medium whitespace-nowrap"
                >
                  Slipway, this month
                </th>
              ) : null}
              {aws ? (
                <th
                  scope="col"
                  className="border-b py-2 pr-4 pl-2.5 text-right font-medium whitespace-nowrap"
                >
                  AWS, a month
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody className="block divide-y divide-line md:table-row-group">
            {shown.map((app) => (
              <AppRow
                key={app.id}
                app={app}
                cost={costs === null ? null : (costs.of.get(app.name) ?? '$0.00')}
                aws={aws === undefined ? null : awsOf(aws, app.name)}
              />
            ))}
          </tbody>
        </table>
        {costs ? <CostSum bill={costs.bill} /> : null}
        {aws?.pricesAsOf ? <AwsSum aws={aws} pricesAsOf={aws.pricesAsOf} /> : null}
        {shown.length === 0 ? (
          <p className="p-4 text-13 text-ink-2">
            No app is called like this, runs in such a region or such a revision.{' '}
            <button type="button" className="link" onClick={() => setFilter('')}>
              Show all {apps.length}
            </button>
          </p>
        ) : null}
      </Panel>
    </>
  )
}

/** How the apps' costs become what is charged: the free hours are a line of their own. */
function CostSum({ bill }: { bill: Answers['bill']['get'] }) {
  const { slug } = useOrganisation()
  const { gross, free, total } = bill.onPlan.usage
  if (BigInt(gross) === 0n) return null
  return (
    <p className="border-t border-line-2 px-4 py-3 text-13 text-ink-2">
      {monthName(bill.month)} so far, to the minute: {formatSummand(gross)} − {formatSummand(free)} for the
      first {Math.floor(bill.free.minutes / 60)} awake hours ={' '}
      <Link href={paths.bill(slug)} className="link">
        {formatMoney(total)}
      </Link>
    </p>
  )
}

type AwsCosts = Answers['costs']['apps']

function awsOf({ apps }: AwsCosts, name: string): string {
  const found = apps.find((one) => one.app === name)
  return found === undefined ? '$0.00' : formatKnown(found.microDollars)
}

/** What AWS asks beside, of which Slipway takes no share. */
function AwsSum({ aws, pricesAsOf }: { aws: AwsCosts; pricesAsOf: string }) {
  return (
    <p className="border-t px-4 py-3 text-13 text-ink-2">
      AWS asks {formatKnown(aws.totalMicroDollars)} a month for the servers, their disks and addresses, by its
      list prices of {formatDate(pricesAsOf)}. Traffic and runners are not in it.
    </p>
  )
}

/** What each app costs this month by the minute, before the free hours; null on a plan where minutes cost nothing. */
function useCosts(): { of: Map<string, string>; bill: Answers['bill']['get'] } | null {
  const trpc = useTRPC()
  const { id: organisationId, actions } = useOrganisation()
  const bill = useQuery(
    trpc.bill.get.queryOptions({ organisationId }, { enabled: actions.includes('bill.read') }),
  )
  if (bill.data?.plan.now !== 'usage') return null
  return { of: new Map(tankGroups(bill.data).map((group) => [group.name, group.cost])), bill: bill.data }
}

function AppRow({ app, cost, aws }: { app: AppListed; cost: string | null; aws: string | null }) {
  const { slug } = useOrganisation()
  return (
    <tr className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-2 px-3.5 py-3 hover:bg-sunken md:table-row">
      <td className="min-w-0 md:h-[58px] md:py-2.5 md:pr-2.5 md:pl-4">
        <span className="flex min-w-0 items-center gap-3">
          <span className="grid size-[30px] flex-none place-items-center rounded-6 border text-ink-2">
            <Server aria-hidden="true" className="size-4" />
          </span>
          <span className="min-w-0">
            <Link
              href={paths.app(slug, app.name)}
              className="block truncate text-14 font-medium hover:underline"
            >
              {app.name}
            </Link>
            <span className="text-12 text-ink-3">
              {app.cloudAccount.name}, {app.region}
            </span>
          </span>
        </span>
      </td>
      <td className="order-3 col-span-2 min-w-0 md:px-2.5 md:py-2.5">
        {app.live ? (
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Revision sha={app.live.sha} title={`${app.live.message}, ${app.live.author}`} />
            <span className="text-12 text-ink-2">
              release {app.live.number}, <Time at={app.live.since} />
            </span>
            {app.url ? (
              <a
                href={app.url}
                target="_blank"
                rel="noopener noreferrer"
                className="link min-w-0 truncate text-12 md:basis-full"
              >
                {hostOf(app.url)}
              </a>
            ) : null}
          </span>
        ) : (
          <span className="text-12 text-ink-2">
            Nothing yet.{' '}
            {app.lastPush ? null : (
              <Link href={paths.app(slug, app.name)} className="link">
                Push a first revision
              </Link>
            )}
          </span>
        )}
      </td>
      <td className="order-4 col-span-2 min-w-0 md:max-w-[320px] md:px-2.5 md:py-2.5">
        {app.lastPush ? (
          <>
            <span className="flex min-w-0 items-center gap-2">
              <Revision
                sha={app.lastPush.sha}
                title={app.lastPush.message}
                {...(app.lastPush.execution === null
                  ? {}
                  : { href: paths.execution(slug, app.name, app.lastPush.execution) })}
              />
              <span className="min-w-0 truncate" title={app.lastPush.message}>
                {firstLine(app.lastPush.message)}
              </span>
            </span>
            <span className="mt-0.5 flex flex-wrap items-center gap-x-2 text-12 text-ink-3">
              <span>
                {app.lastPush.author}, <Time at={app.lastPush.pushedAt} />
              </span>
              {app.lastPush.status ? (
                <ExecutionState status={app.lastPush.status} waitsFor={app.lastPush.waitsFor} />
              ) : null}
            </span>
          </>
        ) : (
          <span className="hidden text-12 text-ink-2 md:inline">Never</span>
        )}
      </td>
      <td className="order-2 text-right md:px-2.5 md:py-2.5 md:text-left md:last:pr-4">
        {app.deletingSince ? (
          <State kind="running">Being deleted</State>
        ) : (
          <HealthState health={app.health} />
        )}
      </td>
      {cost === null ? null : (
        <td className="order-5 col-span-2 text-right text-12 md:py-2.5 md:pr-4 md:pl-2.5 md:text-13 md:font-medium">
          <span className="text-ink-3 md:hidden">This month </span>
          <span className={cost === '$0.00' ? 'text-ink-3' : undefined}>{cost}</span>
        </td>
      )}
      {aws === null ? null : (
        <td className="order-6 col-span-2 text-right text-12 md:py-2.5 md:pr-4 md:pl-2.5 md:text-13">
          <span className="text-ink-3 md:hidden">AWS, a month </span>
          <span className="text-ink-2">{aws}</span>
        </td>
      )}
    </tr>
  )
}

function matches(app: AppListed, filter: string): boolean {
  const words = filter.trim().toLowerCase()
  return [app.name, app.region, app.cloudAccount.name, app.live?.sha, app.lastPush?.sha].some((text) =>
    text?.toLowerCase().includes(words),
  )
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
