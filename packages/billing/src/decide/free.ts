import { countMinutes, type Mask, wholeHour } from './mask.ts'
import { minuteMilliseconds } from './month.ts'
import type { AwakeHour } from './price.ts'

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
 * left. All services draw on the same ones, in the order of time.
 */
export function freeUsedUpAt(awake: AwakeHour[], freeMinutes: number): Date | undefined {
  const services = new Map<number, Map<string, Mask>>()
  for (const { serviceId, hour, mask } of awake) {
    const masks = services.get(hour.getTime()) ?? new Map<string, Mask>()
    services.set(hour.getTime(), masks.set(serviceId, (masks.get(serviceId) ?? 0n) | mask))
  }
  let left = freeMinutes
  for (const [hour, masks] of [...services].toSorted(([a], [b]) => a - b)) {
    const used = [...masks.values()].reduce((sum, mask) => sum + countMinutes(mask), 0)
    if (used < left) {
      left -= used
      continue
    }
    return new Date(hour + minuteReaching([...masks.values()], left) * minuteMilliseconds)
  }
  return undefined
}

/** The minute of the hour by whose end so many minutes were used. */
function minuteReaching(masks: Mask[], wanted: number): number {
  for (let minute = 0; minute < 60; minute++) {
    const upTo = wholeHour >> BigInt(59 - minute)
    if (masks.reduce((sum, mask) => sum + countMinutes(mask & upTo), 0) >= wanted) return minute
  }
  return 59
}
