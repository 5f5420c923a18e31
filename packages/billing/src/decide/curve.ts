import type { MicroDollars } from '@slipway/core'
import { asleep } from './awake.ts'
import { ceilMinute, dayMilliseconds } from './month.ts'
import { type Basis, priceOn } from './price.ts'
import type { PriceBook } from './price-book.ts'

/** What the month had come to at this moment, on either plan. */
export type CurvePoint = { at: Date; usage: MicroDollars; seats: MicroDollars }

/**
 * The ends of the days so far, and the minute up to which it is metered, which is the last point. `days` are those of
 * `minutesByDay`, up to that minute. Pure.
 */
export function curveOf(basis: Basis, days: ReadonlyMap<string, number[]>, book: PriceBook): CurvePoint[] {
  const { month } = basis
  const until = new Date(Math.min(ceilMinute(basis.until).getTime(), month.end.getTime()))
  const services = [...days.values()]
  const points: CurvePoint[] = []
  let minutes = 0
  for (let day = 0; month.start.getTime() + day * dayMilliseconds < until.getTime(); day++) {
    minutes += services.reduce((sum, service) => sum + (service[day] ?? 0), 0)
    const at = new Date(Math.min(month.start.getTime() + (day + 1) * dayMilliseconds, until.getTime()))
    points.push({
      at,
      usage: BigInt(Math.max(0, minutes - book.freeMinutes)) * book.minuteMicroDollars,
      seats: priceOn('seats', { ...basis, awake: asleep(basis.awake), until: at }, book).total,
    })
  }
  return points
}
