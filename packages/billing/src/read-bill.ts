import { type Clock, type MicroDollars, notFound, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { curveOf } from './decide/curve.ts'
import { minutesByDay } from './decide/days.ts'
import { type Forecast, forecast, type Range } from './decide/forecast.ts'
import { freeThings, freeUsedUpAt } from './decide/free.ts'
import {
  ceilMinute,
  cutoffOf,
  type Month,
  minuteMilliseconds,
  monthAfter,
  monthNamed,
  monthOf,
} from './decide/month.ts'
import { type Plan, planSpans } from './decide/plan-spans.ts'
import { awakeOnUsage, type Basis, type Price, price, priceOn } from './decide/price.ts'
import { cheaperAboveMinutes, type PriceBook, priceBookFor, seatsMonthly } from './decide/price-book.ts'
import { seatSpans } from './decide/seat-spans.ts'
import { type Invoice, invoiceOf } from './list-invoices.ts'
import { readBasisFast } from './read-basis.ts'
import { readHabits } from './read-habits.ts'

/** Money is a decimal string of micro-dollars, a time an ISO string, minutes are whole. */
export type BillOfMonth = {
  month: string
  /** All months there are bills for, oldest first, up to the one that runs. */
  months: string[]
  start: string
  end: string
  /** Metered up to here: now, or the month's end. */
  until: string
  closesAt: string
  isRunning: boolean
  plan: {
    /** What was asked for last; from `since` on, which may be the next minute. Null: from the start. */
    now: Plan
    since: string | null
    spans: { plan: Plan; from: string; until: string }[]
  }
  /** What the month costs so far, as the minutes fell under the plans. */
  total: string
  cents: number
  lines: { plan: Plan; description: string; amount: string; cents: number }[]
  free: {
    minutes: number
    usedMinutes: number
    usedUpAt: string | null
    things: { what: string; why: string }[]
  }
  /** The same month so far, had one plan been in force all through. */
  onPlan: {
    usage: {
      minutes: number
      freeMinutes: number
      gross: string
      free: string
      total: string
      minutePrice: string
    }
    seats: { seatsNow: number; monthly: string; minutes: number; monthMinutes: number; total: string }
    cheaper: Plan | 'same'
    /** With the seats there are now, seats becomes the cheaper plan above so many awake minutes a month. */
    seatsCheaperAboveMinutes: number
  }
  /** What the month will come to, low end and high end; null once it is over. */
  forecast: { total: RangeShown; onUsage: RangeShown; onSeats: RangeShown } | null
  /** What it had come to at the end of each day so far, and now, on either plan. */
  curve: { at: string; usage: string; seats: string }[]
  services: ServiceOnBill[]
  minutes: number
  invoice: Invoice | null
}

type RangeShown = { low: string; high: string }

export type ServiceOnBill = {
  serviceId: string
  /** Null when the service is not known any more. */
  name: string | null
  app: string | null
  environment: string | null
  region: string | null
  isGone: boolean
  minutes: number
  /** On the usage plan, before the free hours. On the seats plan awake minutes cost nothing. */
  amount: string
  /** Awake minutes of each day of the month, first day first. */
  days: number[]
}

/**
 * The bill page of one month, named as `2026-11`; the running one without a name. Exact to the minute of the last
 * recording, whenever that was rolled up. Throws not-found for a month that has not begun or is older
 * than the organisation.
 */
export async function readBill(
  db: Database,
  organisationId: OrganisationId,
  monthName: string | undefined,
  clock: Clock,
): Promise<BillOfMonth> {
  const now = clock.now()
  return db.inOrganisation(organisationId, async (tx) => {
    const months = await monthsOf(tx, organisationId, now)
    const month = findMonth(months, monthName)
    const basis = await readBasisFast(tx, organisationId, month, now)
    const book = priceBookFor(month)
    const priced = price(basis, book)
    const isOnUsage = priced.planSpans.every((span) => span.plan === 'usage')
    const onUsage = isOnUsage ? priced : priceOn('usage', basis, book)
    const invoice = await tx.bill.findUnique({
      where: { organisationId_month: { organisationId, month: month.start } },
    })
    return {
      month: month.name,
      months: months.map(({ name }) => name),
      start: month.start.toISOString(),
      end: month.end.toISOString(),
      until: basis.until.toISOString(),
      closesAt: cutoffOf(month).toISOString(),
      isRunning: now < month.end,
      plan: describePlan(basis),
      ...describeCost(priced),
      free: describeFree(basis, priced, book),
      onPlan: comparePlans(basis, onUsage, book),
      forecast:
        now < month.end
          ? describeForecast(forecast(basis, await readHabits(tx, organisationId, basis), book))
          : null,
      curve: curveOf(basis, book).map(({ at, usage, seats }) => ({
        at: at.toISOString(),
        usage: text(usage),
        seats: text(seats),
      })),
      ...(await describeServices(tx, organisationId, basis, onUsage)),
      invoice: invoice === null ? null : invoiceOf(invoice),
    }
  })
}

async function monthsOf(tx: Tx, organisationId: OrganisationId, now: Date): Promise<Month[]> {
  const organisation = await tx.organisation.findUniqueOrThrow({
    where: { id: organisationId },
    select: { createdAt: true },
  })
  const months: Month[] = []
  for (let month = monthOf(organisation.createdAt); month.start <= now; month = monthAfter(month))
    months.push(month)
  return months.length > 0 ? months : [monthOf(now)]
}

function findMonth(months: Month[], name: string | undefined): Month {
  const wanted = name === undefined ? months.at(-1)?.name : monthNamed(name)?.name
  const month = months.find((candidate) => candidate.name === wanted)
  if (month === undefined) throw notFound('month of a bill')
  return month
}

function describePlan(basis: Basis): BillOfMonth['plan'] {
  const last = basis.planChanges.at(-1)
  const spans = planSpans(basis.planChanges, basis.month.start, ceilMinute(basis.until))
  return {
    now: last?.plan ?? 'usage',
    since: last?.at.toISOString() ?? null,
    spans: spans.map((span) => ({
      plan: span.plan,
      from: span.from.toISOString(),
      until: span.until.toISOString(),
    })),
  }
}

function describeCost(priced: Price): Pick<BillOfMonth, 'total' | 'cents' | 'lines'> {
  return {
    total: text(priced.total),
    cents: priced.cents,
    lines: priced.lines.map((line) => ({ ...line, amount: text(line.amount) })),
  }
}

/** Minutes under the seats plan use none of the free hours up. */
function describeFree(basis: Basis, priced: Price, book: PriceBook): BillOfMonth['free'] {
  const usedUpAt = freeUsedUpAt(awakeOnUsage(basis.awake, priced.planSpans), book.freeMinutes)
  return {
    minutes: book.freeMinutes,
    usedMinutes: priced.usage.freeMinutes,
    usedUpAt: usedUpAt?.toISOString() ?? null,
    things: [...freeThings],
  }
}

function comparePlans(basis: Basis, usage: Price, book: PriceBook): BillOfMonth['onPlan'] {
  const seats = priceOn('seats', { ...basis, awake: [] }, book)
  const until = ceilMinute(basis.until)
  const lastMinute = new Date(until.getTime() - minuteMilliseconds)
  const seatsNow = seatSpans(basis.roster, lastMinute, until).at(-1)?.seats ?? 0
  return {
    usage: {
      minutes: usage.usage.minutes,
      freeMinutes: usage.usage.freeMinutes,
      gross: text(usage.usage.gross),
      free: text(usage.usage.free),
      total: text(usage.total),
      minutePrice: text(book.minuteMicroDollars),
    },
    seats: {
      seatsNow,
      monthly: text(seatsMonthly(seatsNow, book)),
      minutes: seats.seats.minutes,
      monthMinutes: basis.month.minutes,
      total: text(seats.total),
    },
    cheaper: usage.total === seats.total ? 'same' : usage.total < seats.total ? 'usage' : 'seats',
    seatsCheaperAboveMinutes: cheaperAboveMinutes(seatsNow, book),
  }
}

function describeForecast({ total, onUsage, onSeats }: Forecast): BillOfMonth['forecast'] {
  const shown = ({ low, high }: Range) => ({ low: text(low), high: text(high) })
  return { total: shown(total), onUsage: shown(onUsage), onSeats: shown(onSeats) }
}

async function describeServices(
  tx: Tx,
  organisationId: OrganisationId,
  basis: Basis,
  onUsage: Price,
): Promise<Pick<BillOfMonth, 'services' | 'minutes'>> {
  const priced = onUsage.services
  const days = minutesByDay(basis.awake, basis.month, ceilMinute(basis.until))
  const known = await tx.service.findMany({
    where: { organisationId, id: { in: priced.map((service) => service.serviceId) } },
    include: { environment: { include: { app: { select: { name: true } } } } },
  })
  const services = priced.map((service) => {
    const row = known.find((candidate) => candidate.id === service.serviceId)
    return {
      serviceId: service.serviceId,
      name: row?.name ?? null,
      app: row?.environment.app.name ?? null,
      environment: row?.environment.name ?? null,
      region: row?.environment.region ?? null,
      isGone: row === undefined || row.removedAt !== null,
      minutes: service.minutes,
      amount: text(service.amount),
      days: days.get(service.serviceId) ?? [],
    }
  })
  return { services, minutes: services.reduce((sum, service) => sum + service.minutes, 0) }
}

function text(amount: MicroDollars): string {
  return amount.toString()
}
