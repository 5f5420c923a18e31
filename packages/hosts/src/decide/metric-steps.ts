/** How far back figures are looked at. */
export const metricRanges = ['1h', '6h', '24h', '7d'] as const
export type MetricRange = (typeof metricRanges)[number]

const minute = 60_000
const day = 1440

/** Of each range: how long it is and how much one point stands for, so that none has more than 200 points. */
const lengths: Record<MetricRange, { minutes: number; stepMinutes: number }> = {
  '1h': { minutes: 60, stepMinutes: 1 },
  '6h': { minutes: 360, stepMinutes: 2 },
  '24h': { minutes: day, stepMinutes: 10 },
  '7d': { minutes: 7 * day, stepMinutes: 60 },
}

/** Steps one after another, each `stepMinutes` long and beginning at a whole multiple of it since 1970, UTC. */
export type MetricSteps = { startsAt: Date; stepMinutes: number; count: number }

/**
 * The steps of a range that ends with the last whole minute before `now`: the minute that runs has been measured
 * by nobody. Steps are lengths of time, not hours of a wall clock, so a change to or from summer time moves none.
 */
export function metricSteps(range: MetricRange, now: Date): MetricSteps {
  const { minutes, stepMinutes } = lengths[range]
  const step = stepMinutes * minute
  const lastMinute = Math.floor(now.getTime() / minute) * minute - minute
  const lastStep = Math.floor(lastMinute / step) * step
  const count = minutes / stepMinutes
  return { startsAt: new Date(lastStep - (count - 1) * step), stepMinutes, count }
}

/** A value for each step, null where nothing was measured; what lies outside the steps is left out. */
export function onSteps<T extends { step: Date }>(steps: MetricSteps, measured: T[]): Array<T | null> {
  const step = steps.stepMinutes * minute
  const byStart = new Map(measured.map((one) => [one.step.getTime(), one]))
  return Array.from(
    { length: steps.count },
    (_, index) => byStart.get(steps.startsAt.getTime() + index * step) ?? null,
  )
}
