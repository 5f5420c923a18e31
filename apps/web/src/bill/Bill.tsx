'use client'
import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, CircleCheck } from 'lucide-react'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { useTRPC } from '../api/trpc.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Empty } from '../ui/Empty.tsx'
import { formatKnown, formatMoney, formatPrice, formatRange } from '../ui/format-money.ts'
import { absoluteTime, formatMinutes, monthName } from '../ui/format-time.ts'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { TankTable } from '../ui/Tanks.tsx'
import { Gauge } from '../ui/Ticks.tsx'
import { BothPlans } from './BothPlans.tsx'
import type { BillShown } from './bill-shown.ts'
import { DownloadMinutes } from './DownloadMinutes.tsx'
import { Invoices } from './Invoices.tsx'
import { MonthChart } from './MonthChart.tsx'
import { SwitchPlan } from './SwitchPlan.tsx'
import { tankGroups, todayOf, weekendsOf } from './tank-groups.ts'

/** This month to the minute, on either plan, and what was charged before. */
export function Bill() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const month = useSearchParams().get('month') ?? undefined
  const bill = useQuery(trpc.bill.get.queryOptions({ organisationId, month }))
  return (
    <Loaded query={bill} what="the bill" shape={<LoadingPage title="Bill" what="the bill" />}>
      {(shown) => <Month bill={shown} />}
    </Loaded>
  )
}

function Month({ bill }: { bill: BillShown }) {
  const groups = tankGroups(bill)
  return (
    <>
      <PageTitle
        title="Bill"
        sub={
          bill.isRunning
            ? `Metered to ${absoluteTime(new Date(bill.until))}. Closes ${absoluteTime(new Date(bill.closesAt))}.`
            : `Metered to its end. ${bill.invoice ? 'It is closed.' : `Closes ${absoluteTime(new Date(bill.closesAt))}.`}`
        }
        actions={
          <>
            <span className="inline-flex h-[22px] items-center gap-1.5 rounded-4 border bg-surface pr-2 pl-1.5 text-12 font-medium text-ink-2">
              <CircleCheck aria-hidden="true" className="size-3.5" />
              {bill.plan.now === 'usage' ? 'Usage plan' : 'Seats plan'}
            </span>
            <SwitchPlan bill={bill} />
          </>
        }
      >
        <MonthSteps bill={bill} />
      </PageTitle>
      <div className="mb-4 grid gap-4 xl:grid-cols-[minmax(0,1fr)_420px]">
        <div className="grid min-w-0 content-start gap-4">
          <SoFar bill={bill} />
          <WhatIsFree bill={bill} />
        </div>
        <div className="grid min-w-0 content-start gap-4">
          <BothPlans bill={bill} />
          <Invoices digest={bill.invoice?.digest ?? null} />
        </div>
      </div>
      <Panel
        title="Awake minutes"
        sub="Service by day, UTC. A full tank is a day awake. A minute nobody saw is free."
        aside={<DownloadMinutes month={bill.month} />}
      >
        {groups.length === 0 ? (
          <PanelBody>
            <Empty title="No service was awake">
              {bill.isRunning
                ? 'The first minute appears here as soon as a service runs.'
                : 'Nothing ran in this month, and nothing was charged.'}
            </Empty>
          </PanelBody>
        ) : (
          <TankTable
            groups={groups}
            today={todayOf(bill)}
            weekends={weekendsOf(bill)}
            total={{
              sentence: `${countMinutes(bill.onPlan.usage.minutes)} × ${formatPrice(bill.onPlan.usage.minutePrice)} = ${formatPrice(bill.onPlan.usage.gross)}, before the free hours`,
              minutes: bill.minutes,
              cost: formatMoney(bill.onPlan.usage.gross),
            }}
          />
        )}
      </Panel>
    </>
  )
}

function countMinutes(minutes: number): string {
  return `${minutes.toLocaleString('en-US')} ${minutes === 1 ? 'minute' : 'minutes'}`
}

function MonthSteps({ bill }: { bill: BillShown }) {
  const { slug } = useOrganisation()
  const at = bill.months.indexOf(bill.month)
  const before = bill.months[at - 1]
  const after = bill.months[at + 1]
  return (
    <span className="flex items-center">
      <MonthStep
        href={before ? paths.bill(slug, before) : null}
        label={before ? monthName(before) : 'No earlier month'}
        isBack
      />
      <b className="text-14 font-medium">{monthName(bill.month)}</b>
      <MonthStep
        href={after ? paths.bill(slug, after) : null}
        label={after ? monthName(after) : 'No later month'}
      />
    </span>
  )
}

function MonthStep({
  href,
  label,
  isBack = false,
}: {
  href: string | null
  label: string
  isBack?: boolean
}) {
  const Icon = isBack ? ChevronLeft : ChevronRight
  const classes = 'inline-flex size-8 items-center justify-center rounded-6'
  return href ? (
    <Link
      href={href}
      aria-label={label}
      title={label}
      className={`${classes} text-ink-2 hover:bg-hover hover:text-ink`}
    >
      <Icon aria-hidden="true" className="size-3.5" />
    </Link>
  ) : (
    <span className={`${classes} text-line-2`} aria-hidden="true">
      <Icon className="size-3.5" />
    </span>
  )
}

function SoFar({ bill }: { bill: BillShown }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const aws = useQuery(trpc.costs.apps.queryOptions({ organisationId }, { enabled: bill.isRunning })).data
  return (
    <Panel>
      <div className="grid gap-4 px-4 pt-4 pb-3 sm:flex sm:flex-wrap sm:gap-x-8">
        <Figure label={bill.isRunning ? 'So far' : 'The month'} value={formatMoney(bill.total)}>
          {formatMinutes(bill.minutes)} awake
        </Figure>
        {bill.forecast ? (
          <div className="border-line max-sm:border-t max-sm:pt-4 sm:border-l sm:pl-8">
            <Figure label="The month will come to" value={formatRange(bill.forecast.total)}>
              as the last two weeks were
            </Figure>
          </div>
        ) : null}
        <div className="border-line max-sm:border-t max-sm:pt-4 sm:border-l sm:pl-8">
          <Figure label="Free hours used" value={`${Math.floor(bill.free.usedMinutes / 60)} h`}>
            of {formatMinutes(bill.free.minutes)} a month
          </Figure>
        </div>
        {aws?.pricesAsOf ? (
          <div className="border-line max-sm:border-t max-sm:pt-4 sm:border-l sm:pl-8">
            <Figure label="AWS, beside it" value={formatKnown(aws.totalMicroDollars)}>
              a month, list prices
            </Figure>
          </div>
        ) : null}
      </div>
      {bill.curve.length > 0 ? <MonthChart bill={bill} /> : null}
      <ul className="border-t px-4 py-2">
        {bill.lines.length === 0 ? (
          <li className="py-1.5 text-13 text-ink-2">Nothing to charge{bill.isRunning ? ' yet' : ''}.</li>
        ) : (
          bill.lines.map((line) => (
            <li key={line.plan} className="flex items-baseline justify-between gap-4 py-1.5 text-13">
              <span className="min-w-0 text-ink-2">{line.description}</span>
              <b className="font-medium whitespace-nowrap">{formatMoney(line.amount)}</b>
            </li>
          ))
        )}
      </ul>
      {bill.plan.spans.length > 1 ? (
        <ul className="border-t px-4 py-2 text-12 text-ink-2">
          {bill.plan.spans.map((span) => (
            <li key={span.from} className="flex flex-wrap gap-x-3 py-0.5">
              <b className="w-12 font-medium text-ink">{span.plan === 'usage' ? 'Usage' : 'Seats'}</b>
              <span>
                {absoluteTime(new Date(span.from))} to {absoluteTime(new Date(span.until))}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  )
}

function Figure({ label, value, children }: { label: string; value: string; children: ReactNode }) {
  return (
    <div>
      <div className="text-12 text-ink-2">{label}</div>
      <div className="mt-0.5 mb-1 text-28 font-semibold whitespace-nowrap">{value}</div>
      <div className="text-13 text-ink-2">{children}</div>
    </div>
  )
}

function WhatIsFree({ bill }: { bill: BillShown }) {
  const { free } = bill
  return (
    <Panel title="What is free, and why">
      <PanelBody className="grid gap-3">
        <Gauge
          label={`First ${Math.floor(free.minutes / 60)} awake hours`}
          figure={
            free.usedUpAt
              ? `used up ${absoluteTime(new Date(free.usedUpAt))}`
              : `${formatMinutes(free.usedMinutes)} used`
          }
          share={free.usedMinutes / free.minutes}
        />
        {bill.plan.now === 'seats' ? (
          <p className="text-12 text-ink-2">
            On the seats plan awake minutes cost nothing and use no free hours up.
          </p>
        ) : null}
      </PanelBody>
      <ul className="divide-y divide-line border-t">
        {free.things.map((thing) => (
          <li key={thing.what} className="grid gap-x-4 px-4 py-2 text-13 sm:grid-cols-[180px_minmax(0,1fr)]">
            <b className="font-medium">{thing.what}</b>
            <span className="text-ink-2">{thing.why}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
