import type { MicroDollars } from '@slipway/core'
import {
  type Awake,
  asleep,
  countIn,
  type Hours,
  halfHour,
  indexOf,
  type Minutes,
  minutesIn,
  noMinutesOf,
} from './awake.ts'
import { ceilMinute, dayMilliseconds, hourOf, minuteMilliseconds } from './month.ts'
import { planSpans } from './plan-spans.ts'
import { type Basis, type Price, price, priceOn } from './price.ts'
import type { PriceBook } from './price-book.ts'

const weekMilliseconds = 7 * dayMilliseconds
/** As many numbers as a week has in minutes of hours. */
const weekNumbers = 2 * 7 * 24

/** How far back is looked: two weeks, so that each hour of the week was seen twice. */
export const lookBackMilliseconds = 2 * weekMilliseconds

export type Habits = {
  /** What exists now, and since when. What is gone costs nothing any more. */
  services: { serviceId: string; since: Date }[]
  /** The last two weeks, also those of the month before. */
  past: Awake
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
  const { month } = basis
  const from = new Date(Math.min(ceilMinute(basis.until).getTime(), month.end.getTime()))
  const soFar = minutesIn(basis.awake, [{ from: month.start, until: from }])
  const ahead = new Map(
    habits.services.map((service) => [
      service.serviceId,
      minutesAhead(service, habits.past, from, basis.awake),
    ]),
  )
  const atEnd = (end: keyof Ahead): Basis => {
    const known = [...new Set([...basis.awake.services.keys(), ...ahead.keys()])]
    const minutesOf = noMinutesOf(known.length, basis.awake)
    const services = known.map((serviceId, place) => {
      const [seen, coming] = [basis.awake.services.get(serviceId), ahead.get(serviceId)?.[end]]
      const minutes = minutesOf(place)
      for (let index = 0; index < minutes.length; index++) {
        const gone = soFar[index] ?? 0
        minutes[index] = (seen?.[index] ?? 0) & gone
        if (coming !== undefined && gone !== halfHour)
          minutes[index] = (minutes[index] ?? 0) | (coming(index) & ~gone)
      }
      return [serviceId, minutes] as const
    })
    return { ...basis, until: month.end, awake: { ...basis.awake, services: new Map(services) } }
  }
  const [low, high] = [atEnd('low'), atEnd('high')]
  const total = rangeOf(price(low, book), price(high, book))
  const isOnUsage = planSpans(basis.planChanges, month.start, month.end).every(
    (span) => span.plan === 'usage',
  )
  const onUsage = isOnUsage ? total : rangeOf(priceOn('usage', low, book), priceOn('usage', high, book))
  const seats = priceOn('seats', { ...low, awake: asleep(low.awake) }, book).total
  return { total, onUsage, onSeats: { low: seats, high: seats } }
}

/** A plan that begins in the middle of an hour may split its minutes so that the lazy end has one more of them. */
function rangeOf(low: Price, high: Price): Range {
  return low.total <= high.total ? { low: low.total, high: high.total } : { low: high.total, high: low.total }
}

/** The numbers of a month's hours by their index, from that of the hour that runs on, with its minutes before now too. */
type Ahead = { low: (index: number) => number; high: (index: number) => number }

/** In which minutes of the rest the service will be awake at the least, and at the most. */
function minutesAhead(service: Habits['services'][number], past: Awake, from: Date, month: Hours): Ahead {
  const seen = past.services.get(service.serviceId) ?? new Int32Array()
  const isYoung = from.getTime() - service.since.getTime() < lookBackMilliseconds
  if (isYoung) return likeItsDays(service.since, from, seen, past)
  return likeTwoWeeks(seen, {
    first: indexOf(hourOf(from), month.from),
    here: indexOf(hourOf(from), past.from),
  })
}

/**
 * The same hour of the week in the two weeks before now; the hour that runs was seen whole one week earlier. It lies at
 * `first` of the month, and at `here` of what was seen.
 */
function likeTwoWeeks(seen: Minutes, { first, here }: { first: number; here: number }): Ahead {
  const weekBefore = (index: number) => here + ((index - first) % weekNumbers) - weekNumbers
  const at = (index: number) => seen[index] ?? 0
  return {
    low: (index) => at(weekBefore(index)) & at(weekBefore(index) - weekNumbers),
    high: (index) => at(weekBefore(index)) | at(weekBefore(index) - weekNumbers),
  }
}

/** The share of its laziest and of its busiest day, spread over the hour. Days are counted back from now. */
function likeItsDays(since: Date, now: Date, seen: Minutes, past: Hours): Ahead {
  const days = Math.floor((now.getTime() - since.getTime()) / dayMilliseconds)
  if (days < 1) return { low: everyHour(0), high: everyHour(60) }
  const shares = Array.from({ length: days }, (_, day) => {
    const until = new Date(now.getTime() - day * dayMilliseconds)
    const from = new Date(until.getTime() - dayMilliseconds)
    return countIn(seen, past.from, { from, until }) / (dayMilliseconds / minuteMilliseconds)
  })
  return {
    low: everyHour(Math.floor(Math.min(...shares) * 60)),
    high: everyHour(Math.ceil(Math.max(...shares) * 60)),
  }
}

/** So many minutes of each hour, as evenly as can be: a part of the hour then has its part of them. */
function everyHour(minutes: number): (index: number) => number {
  const halves = [0, 0]
  for (let minute = 0; minute < 60; minute++)
    if (Math.floor(((minute + 1) * minutes) / 60) > Math.floor((minute * minutes) / 60)) {
      const half = Math.floor(minute / 30)
      halves[half] = (halves[half] ?? 0) | (1 << (minute % 30))
    }
  return (index) => halves[index % 2] ?? 0
}
