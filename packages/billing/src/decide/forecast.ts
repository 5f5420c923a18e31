import type { MicroDollars } from '@slipway/core'
import { countMinutes, type Mask, maskWithin, wholeHour } from './mask.ts'
import { ceilMinute, hourMilliseconds, hourOf, minuteMilliseconds } from './month.ts'
import { planSpans } from './plan-spans.ts'
import { type AwakeHour, type Basis, type Price, price, priceOn } from './price.ts'
import type { PriceBook } from './price-book.ts'

const weekMilliseconds = 7 * 24 * hourMilliseconds
const dayMilliseconds = 24 * hourMilliseconds

/** How far back is looked: two weeks, so that each hour of the week was seen twice. */
export const lookBackMilliseconds = 2 * weekMilliseconds

export type Habits = {
  /** What exists now, and since when. What is gone costs nothing any more. */
  services: { serviceId: string; since: Date }[]
  /** Awake hours of the last two weeks, also of the month before; others are passed over. */
  past: AwakeHour[]
}

export type Range = { low: MicroDollars; high: MicroDollars }

export type Forecast = {
  /** What the month will come to, as the plans are chosen now. */
  total: Range
  /** The same month, had one plan been in force all through and to its end. */
  onUsage: Range
  onSeats: Range
}

/**
 * What a running month will come to: its minutes so far, and for the rest of it the same minutes of the week in
 * the last two weeks. Awake in both of them is the low end, awake in either the high one, so that the middle is
 * their mean. A service younger than two weeks goes on as in its days until now: the laziest is the low end, the
 * busiest the high one; younger than a day it may do anything. People, plan and prices stay as they are. Pure.
 */
export function forecast(basis: Basis, habits: Habits, book: PriceBook): Forecast {
  const from = new Date(Math.min(ceilMinute(basis.until).getTime(), basis.month.end.getTime()))
  const rest = hoursBetween(from, basis.month.end)
  const seen = seenByService(habits.past)
  const ahead = habits.services.flatMap((service) =>
    hoursAhead(service, seen.get(service.serviceId) ?? new Map(), from, rest),
  )
  const begun = from.getTime() - hourMilliseconds
  const soFar = basis.awake.map((seen) =>
    seen.hour.getTime() <= begun
      ? seen
      : { ...seen, mask: seen.mask & maskWithin(seen.hour, basis.month.start, from) },
  )
  const atEnd = (end: keyof Ahead): Basis => ({
    ...basis,
    until: basis.month.end,
    awake: [
      ...soFar,
      ...ahead.map(({ serviceId, hour, ...masks }) => ({ serviceId, hour, mask: masks[end] })),
    ],
  })
  const [low, high] = [atEnd('low'), atEnd('high')]
  const total = rangeOf(price(low, book), price(high, book))
  const isOnUsage = planSpans(basis.planChanges, basis.month.start, basis.month.end).every(
    (span) => span.plan === 'usage',
  )
  const onUsage = isOnUsage ? total : rangeOf(priceOn('usage', low, book), priceOn('usage', high, book))
  const seats = priceOn('seats', { ...low, awake: [] }, book).total
  return { total, onUsage, onSeats: { low: seats, high: seats } }
}

/** A plan that begins in the middle of an hour may split its minutes so that the lazy end has one more of them. */
function rangeOf(low: Price, high: Price): Range {
  return low.total <= high.total ? { low: low.total, high: high.total } : { low: high.total, high: low.total }
}

type Ahead = { low: Mask; high: Mask }

/** Awake minutes by the start of their hour. */
type Seen = Map<number, Mask>

function seenByService(past: AwakeHour[]): Map<string, Seen> {
  const services = new Map<string, Seen>()
  for (const { serviceId, hour, mask } of past) {
    const seen = services.get(serviceId) ?? new Map<number, Mask>()
    services.set(serviceId, seen)
    seen.set(hour.getTime(), (seen.get(hour.getTime()) ?? 0n) | mask)
  }
  return services
}

/** Every hour that has minutes in `[from, until)`, with these minutes. */
function hoursBetween(from: Date, until: Date): { hour: Date; minutes: Mask }[] {
  const hours = []
  for (let at = hourOf(from).getTime(); at < until.getTime(); at += hourMilliseconds) {
    const hour = new Date(at)
    hours.push({ hour, minutes: maskWithin(hour, from, until) })
  }
  return hours
}

/** In which minutes of the rest the service will be awake at the least, and at the most, hour by hour. */
function hoursAhead(
  service: Habits['services'][number],
  seen: Seen,
  from: Date,
  rest: { hour: Date; minutes: Mask }[],
): ({ serviceId: string; hour: Date } & Ahead)[] {
  const isYoung = from.getTime() - service.since.getTime() < lookBackMilliseconds
  const asUntilNow = isYoung ? likeItsDays(service.since, from, seen) : undefined
  return rest.map(({ hour, minutes }) => {
    const { low, high } = asUntilNow ?? likeTwoWeeks(hour.getTime(), from, seen)
    return { serviceId: service.serviceId, hour, low: low & minutes, high: high & minutes }
  })
}

/** The same hour of the week in the two weeks before now; the hour that runs was seen whole one week earlier. */
function likeTwoWeeks(hour: number, now: Date, seen: Seen): Ahead {
  const weeksBack = Math.floor((hour - hourOf(now).getTime()) / weekMilliseconds) + 1
  const last = seen.get(hour - weeksBack * weekMilliseconds) ?? 0n
  const before = seen.get(hour - (weeksBack + 1) * weekMilliseconds) ?? 0n
  return { low: last & before, high: last | before }
}

/** The share of its laziest and of its busiest day, spread over the hour. Days are counted back from now. */
function likeItsDays(since: Date, now: Date, seen: Seen): Ahead {
  const days = Math.floor((now.getTime() - since.getTime()) / dayMilliseconds)
  if (days < 1) return { low: 0n, high: wholeHour }
  const shares = Array.from({ length: days }, (_, day) => {
    const until = new Date(now.getTime() - day * dayMilliseconds)
    const from = new Date(until.getTime() - dayMilliseconds)
    return minutesBetween(from, until, seen) / (dayMilliseconds / minuteMilliseconds)
  })
  return {
    low: spread(Math.floor(Math.min(...shares) * 60)),
    high: spread(Math.ceil(Math.max(...shares) * 60)),
  }
}

function minutesBetween(from: Date, until: Date, seen: Seen): number {
  let minutes = 0
  for (let at = hourOf(from).getTime(); at < until.getTime(); at += hourMilliseconds)
    minutes += countMinutes((seen.get(at) ?? 0n) & maskWithin(new Date(at), from, until))
  return minutes
}

/** So many minutes of an hour, as evenly as can be: a part of the hour then has its part of them. */
function spread(minutes: number): Mask {
  let mask = 0n
  for (let minute = 0; minute < 60; minute++)
    if (Math.floor(((minute + 1) * minutes) / 60) > Math.floor((minute * minutes) / 60))
      mask |= 1n << BigInt(minute)
  return mask
}
