import { type Awake, halfHour } from './awake.ts'
import { countBits } from './mask.ts'
import { minuteMilliseconds } from './month.ts'
import type { PlanSpan } from './plan-spans.ts'
import { minutesOnUsage } from './price.ts'

/** What costs nothing, and why: the page says it, so that nobody has to wonder (design: billing). */
export const freeThings = [
  {
    what: 'A minute that nobody saw',
    why: 'Only what we heard of a host, or a request that arrived, is evidence.',
  },
  { what: 'Builds, deployments, rollbacks', why: 'Shipping more often should never cost more.' },
  {
    what: 'Hosts, of every type and number',
    why: 'A service is awake once a minute, however many hosts run it.',
  },
  { what: 'Static sites and databases', why: 'They run at AWS, and we take no share of its bill.' },
  { what: 'Members on the usage plan, viewers on both', why: 'Looking on is not using.' },
] as const

/**
 * The minute in which the free minutes of the month were used up: the start of it, or undefined while some are
 * left. All services draw on the same ones, in the order of time, under the usage plan alone.
 */
export function freeUsedUpAt(
  awake: Awake,
  spans: readonly PlanSpan[],
  freeMinutes: number,
): Date | undefined {
  const onUsage = minutesOnUsage(awake, spans)
  const services = [...awake.services.values()]
  let left = freeMinutes
  for (let index = 0; index < onUsage.length; index++) {
    const window = onUsage[index] ?? 0
    const count = (mask: number) =>
      services.reduce((sum, seen) => sum + countBits((seen[index] ?? 0) & window & mask), 0)
    const used = count(halfHour)
    if (used >= left) {
      const minute = index * 30 + minuteReaching(count, left)
      return new Date(awake.from.getTime() + minute * minuteMilliseconds)
    }
    left -= used
  }
  return undefined
}

/** The minute of the half hour by whose end so many minutes were used. */
function minuteReaching(count: (mask: number) => number, wanted: number): number {
  for (let minute = 0; minute < 30; minute++) if (count(halfHour >> (29 - minute)) >= wanted) return minute
  return 29
}
