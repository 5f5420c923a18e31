import { formatMoney, fromCents, type MicroDollars, toCents } from '@slipway/core'
import { type Awake, countBoth, type Hours, type Minutes, minutesIn } from './awake.ts'
import { ceilMinute, type Month, minuteMilliseconds } from './month.ts'
import { type Plan, type PlanChange, type PlanSpan, planSpans } from './plan-spans.ts'
import { type PriceBook, seatsMonthly } from './price-book.ts'
import { type Membership, type SeatSpan, seatSpans } from './seat-spans.ts'

/** All that a month's price depends on. */
export type Basis = {
  month: Month
  /** Priced up to here: the month's end, or now. */
  until: Date
  /** In the hours of the month. */
  awake: Awake
  roster: Membership[]
  planChanges: PlanChange[]
}

export type PriceLine = {
  plan: Plan
  description: string
  amount: MicroDollars
  /** Rounded once, here, down. */
  cents: number
}

type ServicePrice = {
  serviceId: string
  /** Awake on either plan. */
  minutes: number
  /** Awake under the usage plan, and what that costs before the free hours. */
  usageMinutes: number
  amount: MicroDollars
}

export type Price = {
  lines: PriceLine[]
  total: MicroDollars
  cents: number
  usage: {
    minutes: number
    freeMinutes: number
    gross: MicroDollars
    free: MicroDollars
    amount: MicroDollars
  }
  seats: { spans: SeatSpan[]; minutes: number; amount: MicroDollars }
  planSpans: PlanSpan[]
  /** By id. Their amounts less `usage.free` are `usage.amount`. */
  services: ServicePrice[]
}

/**
 * What a month costs, or cost so far. Pure: bill, invoice, "the other plan would have cost" and a
 * recomputation by anyone are this one function. Every minute belongs to exactly one plan; awake minutes count
 * where that is usage, seats where that is seats, in proportion to the month's minutes.
 */
export function price(basis: Basis, book: PriceBook): Price {
  const { month } = basis
  const until = new Date(
    Math.min(month.end.getTime(), Math.max(month.start.getTime(), ceilMinute(basis.until).getTime())),
  )
  const spans = planSpans(basis.planChanges, month.start, until)
  const services = priceServices(basis.awake, spans, { from: month.start, until }, book)
  const usage = priceUsage(services, book)
  const seats = priceSeats(basis.roster, spans, month, book)
  const lines = [
    ...(usage.minutes > 0 ? [line('usage', describeUsage(usage, book), usage.amount)] : []),
    ...(seats.amount > 0n ? [line('seats', describeSeats(seats, month), seats.amount)] : []),
  ]
  return {
    lines,
    total: usage.amount + seats.amount,
    cents: lines.reduce((sum, { cents }) => sum + cents, 0),
    usage,
    seats,
    planSpans: spans,
    services,
  }
}

/** The same month as if one plan had been in force all through. */
export function priceOn(plan: Plan, basis: Basis, book: PriceBook): Price {
  return price({ ...basis, planChanges: [{ plan, at: basis.month.start }] }, book)
}

function priceServices(
  awake: Awake,
  spans: PlanSpan[],
  soFar: { from: Date; until: Date },
  book: PriceBook,
): ServicePrice[] {
  const elapsed = minutesIn(awake, [soFar])
  const isOnUsage = spans.every(({ plan }) => plan === 'usage')
  const onUsage = isOnUsage ? elapsed : minutesOnUsage(awake, spans)
  return [...awake.services]
    .map(([serviceId, seen]) => {
      const minutes = countBoth(seen, elapsed)
      const usageMinutes = isOnUsage ? minutes : countBoth(seen, onUsage)
      const amount = BigInt(usageMinutes) * book.minuteMicroDollars
      return { serviceId, minutes, usageMinutes, amount }
    })
    .filter(({ minutes }) => minutes > 0)
    .toSorted((a, b) => (a.serviceId < b.serviceId ? -1 : 1))
}

/** The minutes of these hours that are under the usage plan. */
export function minutesOnUsage(hours: Hours, spans: readonly PlanSpan[]): Minutes {
  return minutesIn(
    hours,
    spans.filter(({ plan }) => plan === 'usage'),
  )
}

function priceUsage(services: ServicePrice[], book: PriceBook): Price['usage'] {
  const minutes = services.reduce((sum, service) => sum + service.usageMinutes, 0)
  const freeMinutes = Math.min(minutes, book.freeMinutes)
  const gross = BigInt(minutes) * book.minuteMicroDollars
  const free = BigInt(freeMinutes) * book.minuteMicroDollars
  return { minutes, freeMinutes, gross, free, amount: gross - free }
}

function priceSeats(roster: Membership[], spans: PlanSpan[], month: Month, book: PriceBook): Price['seats'] {
  const held = spans
    .filter((span) => span.plan === 'seats')
    .flatMap((span) => seatSpans(roster, span.from, span.until))
  const minuteProducts = held.reduce(
    (sum, span) => sum + BigInt(lengthOf(span)) * seatsMonthly(span.seats, book),
    0n,
  )
  return {
    spans: held,
    minutes: held.reduce((sum, span) => sum + lengthOf(span), 0),
    amount: minuteProducts / BigInt(month.minutes),
  }
}

function lengthOf(span: { from: Date; until: Date }): number {
  return (span.until.getTime() - span.from.getTime()) / minuteMilliseconds
}

function line(plan: Plan, description: string, amount: MicroDollars): PriceLine {
  return { plan, description, amount, cents: toCents(amount) }
}

function describeUsage(usage: Price['usage'], book: PriceBook): string {
  const counted = `${count(usage.minutes)} awake minutes of services`
  const free = `the first ${count(book.freeMinutes / 60)} hours free`
  const billed = `${count(usage.minutes - usage.freeMinutes)} × ${exactDollars(book.minuteMicroDollars)}`
  return `Usage plan: ${counted}, ${free}, ${billed}`
}

function describeSeats(seats: Price['seats'], month: Month): string {
  const numbers = seats.spans.map((span) => span.seats)
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  const people = least === most ? count(most) : `${count(least)} to ${count(most)}`
  return `Seats plan: ${people} ${most === 1 ? 'seat' : 'seats'} for ${count(seats.minutes)} of the month's ${count(month.minutes)} minutes`
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** "$0.0001": an amount under a cent with all its digits. */
function exactDollars(amount: MicroDollars): string {
  if (amount % fromCents(1) === 0n) return formatMoney(amount)
  return `$${(Number(amount) / 1_000_000).toString()}`
}
