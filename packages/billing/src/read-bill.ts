import { type Clock, type MicroDollars, notFound, type OrganisationId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { asleep, joined } from './decide/awake.ts'
import { curveOf } from './decide/curve.ts'
import { minutesByDay } from './decide/days.ts'
import { type Forecast, forecast, type Habits, lookBackMilliseconds, type Range } from './decide/forecast.ts'
import { freeThings, freeUsedUpAt } from './decide/free.ts'
import {
  ceilMinute,
  cutoffOf,
  dayOf,
  type Month,
  minuteMilliseconds,
  monthAfter,
  monthNamed,
  monthOf,
} from './decide/month.ts'
import { type Plan, planSpans } from './decide/plan-spans.ts'
import { type Basis, type Price, price, priceOn } from './decide/price.ts'
import { cheaperAboveMinutes, type PriceBook, priceBookFor, seatsMonthly } from './decide/price-book.ts'
import { seatSpans } from './decide/seat-spans.ts'
import { type Invoice, listInvoices } from './list-invoices.ts'
import { type Ask, readAwakeFast, readBasisFast } from './read-basis.ts'

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
  const ask: Ask = (statement) => db.statementInOrganisation(organisationId, statement)
  const months = await monthsOf(ask, organisationId, now)
  const month = findMonth(months, monthName)
  const isRunning = now < month.end
  const basis = await readBasisFast(ask, organisationId, month, now)
  const book = priceBookFor(month)
  const priced = price(basis, book)
  const isOnUsage = priced.planSpans.every((span) => span.plan === 'usage')
  const onUsage = isOnUsage ? priced : priceOn('usage', basis, book)
  const days = minutesByDay(basis.awake, month, ceilMinute(basis.until))
  const known = await readServices(ask, organisationId, onUsage)
  const [invoice = null] = await listInvoices(db, organisationId, month)
  return {
    month: month.name,
    months: months.map(({ name }) => name),
    start: month.start.toISOString(),
    end: month.end.toISOString(),
    until: basis.until.toISOString(),
    closesAt: cutoffOf(month).toISOString(),
    isRunning,
    plan: describePlan(basis),
    ...describeCost(priced),
    free: describeFree(basis, priced, book),
    onPlan: comparePlans(basis, onUsage, book),
    forecast: isRunning
      ? describeForecast(forecast(basis, await readHabits(ask, organisationId, basis, known), book))
      : null,
    curve: curveOf(basis, days, book).map(({ at, usage, seats }) => ({
      at: at.toISOString(),
      usage: text(usage),
      seats: text(seats),
    })),
    ...describeServices(onUsage, known, days),
    invoice,
  }
}

const organisationSchema = z.tuple([z.object({ created_at: z.date() })])

async function monthsOf(ask: Ask, organisationId: OrganisationId, now: Date): Promise<Month[]> {
  const rows = await ask(Prisma.sql`select created_at from organisation where id = ${organisationId}`)
  const [{ created_at: createdAt }] = organisationSchema.parse(rows)
  const months: Month[] = []
  for (let month = monthOf(createdAt); month.start <= now; month = monthAfter(month)) months.push(month)
  return months.length > 0 ? months : [monthOf(now)]
}

const servicesSchema = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    app: z.string(),
    environment: z.string(),
    region: z.string(),
    createdAt: z.date(),
    isGone: z.boolean(),
  }),
)
type KnownService = z.infer<typeof servicesSchema>[number]

/** The services that were awake, as far as they are known, and all that exist now. */
async function readServices(
  ask: Ask,
  organisationId: OrganisationId,
  { services }: Price,
): Promise<KnownService[]> {
  const rows = await ask(Prisma.sql`
    select service.id, service.name, app.name as app, environment.name as environment, environment.region,
      service.created_at as "createdAt", service.removed_at is not null as "isGone"
    from service join environment on environment.id = service.environment_id join app on app.id = environment.app_id
    where service.organisation_id = ${organisationId}
      and (service.removed_at is null or service.id = any(${services.map(({ serviceId }) => serviceId)}))`)
  return servicesSchema.parse(rows)
}

/** What a forecast goes by: the services that exist now, and the hours of the last two weeks, also before the month. */
async function readHabits(
  ask: Ask,
  organisationId: OrganisationId,
  { month, until, awake }: Basis,
  known: KnownService[],
): Promise<Habits> {
  const since = dayOf(new Date(until.getTime() - lookBackMilliseconds))
  const past =
    since < month.start
      ? joined([await readAwakeFast(ask, organisationId, { from: since, until: month.start }), awake])
      : awake
  const services = known.flatMap(({ id, isGone, createdAt }) =>
    isGone ? [] : [{ serviceId: id, since: createdAt }],
  )
  return { services, past }
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
  const usedUpAt = freeUsedUpAt(basis.awake, priced.planSpans, book.freeMinutes)
  return {
    minutes: book.freeMinutes,
    usedMinutes: priced.usage.freeMinutes,
    usedUpAt: usedUpAt?.toISOString() ?? null,
    things: [...freeThings],
  }
}

function comparePlans(basis: Basis, usage: Price, book: PriceBook): BillOfMonth['onPlan'] {
  const seats = priceOn('seats', { ...basis, awake: asleep(basis.awake) }, book)
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

function describeServices(
  onUsage: Price,
  known: KnownService[],
  days: ReadonlyMap<string, number[]>,
): Pick<BillOfMonth, 'services' | 'minutes'> {
  const byId = new Map(known.map((service) => [service.id, service]))
  const services = onUsage.services.map(({ serviceId, minutes, amount }) => {
    const service = byId.get(serviceId)
    return {
      serviceId,
      name: service?.name ?? null,
      app: service?.app ?? null,
      environment: service?.environment ?? null,
      region: service?.region ?? null,
      isGone: service?.isGone ?? true,
      minutes,
      amount: text(amount),
      days: days.get(serviceId) ?? [],
    }
  })
  return { services, minutes: services.reduce((sum, service) => sum + service.minutes, 0) }
}

function text(amount: MicroDollars): string {
  return amount.toString()
}
