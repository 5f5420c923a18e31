import { countBits, type Mask } from './mask.ts'
import { hourMilliseconds, minuteMilliseconds } from './month.ts'

/** The minutes of a UTC hour in which a service was awake: what was seen without what was voided. */
export type AwakeHour = { serviceId: string; hour: Date; mask: Mask }

/** Whole UTC hours. */
export type Hours = { from: Date; until: Date }

/**
 * Minutes of many hours: two numbers an hour, of its first 30 minutes and of its last, bit n for minute n of each. A
 * month of a large tenant is hundreds of thousands of hours, and a bigint for each would be an object for each.
 */
export type Minutes = Int32Array

/** The minutes of these hours in which each service was awake. */
export type Awake = Hours & { services: ReadonlyMap<string, Minutes> }

/** In any order; an hour said twice counts once, other hours not at all. */
export function awakeOf(seen: Iterable<AwakeHour>, { from, until }: Hours): Awake {
  const services = new Map<string, Minutes>()
  for (const { serviceId, hour, mask } of seen) {
    if (hour < from || hour >= until) continue
    const minutes = services.get(serviceId) ?? noMinutes({ from, until })
    services.set(serviceId, minutes)
    const index = indexOf(hour, from)
    setMask(minutes, index, mask | maskAt(minutes, index))
  }
  return { from, until, services }
}

/** The hours in which there are minutes, those of a service one after the other. */
export function hoursOf({ from, services }: Awake): AwakeHour[] {
  const hours: AwakeHour[] = []
  for (const [serviceId, minutes] of services)
    for (let index = 0; index < minutes.length; index += 2) {
      const mask = maskAt(minutes, index)
      if (mask !== 0n)
        hours.push({ serviceId, hour: new Date(from.getTime() + (index / 2) * hourMilliseconds), mask })
    }
  return hours
}

/** Hours that follow each other, as one. */
export function joined(parts: readonly [Awake, ...Awake[]]): Awake {
  const hours = { from: parts[0].from, until: parts.at(-1)?.until ?? parts[0].until }
  const services = new Map<string, Minutes>()
  for (const part of parts)
    for (const [id, minutes] of part.services) {
      const all = services.get(id) ?? noMinutes(hours)
      services.set(id, all)
      all.set(minutes, indexOf(part.from, hours.from))
    }
  return { ...hours, services }
}

/** Nobody in any of these hours. */
export function asleep({ from, until }: Hours): Awake {
  return { from, until, services: new Map() }
}

function noMinutes({ from, until }: Hours): Minutes {
  return new Int32Array(indexOf(until, from))
}

/** So many times none, in one piece of memory: pieces by the hundred cost more than what is done with them. */
export function noMinutesOf(count: number, { from, until }: Hours): (index: number) => Minutes {
  const length = indexOf(until, from)
  const all = new Int32Array(count * length)
  return (index) => all.subarray(index * length, (index + 1) * length)
}

/** The minutes of these hours that start in one of the spans. */
export function minutesIn({ from, until }: Hours, spans: readonly { from: Date; until: Date }[]): Minutes {
  const minutes = noMinutes({ from, until })
  for (const span of spans)
    eachHalf(from, span, minutes.length, (index, mask) => {
      minutes[index] = (minutes[index] ?? 0) | mask
    })
  return minutes
}

/** How many minutes are in both, of all hours or of those whose numbers lie in `[first, end)`. */
export function countBoth(one: Minutes, other: Minutes, first = 0, end = one.length): number {
  let count = 0
  for (let index = first; index < end; index++) count += countBits((one[index] ?? 0) & (other[index] ?? 0))
  return count
}

/** How many of the minutes, which begin at `from`, start in the span. */
export function countIn(minutes: Minutes, from: Date, span: { from: Date; until: Date }): number {
  let count = 0
  eachHalf(from, span, minutes.length, (index, mask) => {
    count += countBits((minutes[index] ?? 0) & mask)
  })
  return count
}

/** Where the numbers of an hour begin, in minutes that begin at `from`. */
export function indexOf(hour: Date, from: Date): number {
  return (2 * (hour.getTime() - from.getTime())) / hourMilliseconds
}

/** Overwrites the hour whose numbers begin at `index`. */
export function setMask(minutes: Minutes, index: number, mask: Mask): void {
  minutes[index] = Number(mask & BigInt(halfHour))
  minutes[index + 1] = Number(mask >> 30n)
}

function maskAt(minutes: Minutes, index: number): Mask {
  return BigInt(minutes[index] ?? 0) | (BigInt(minutes[index + 1] ?? 0) << 30n)
}

/** All 30 minutes of one. */
export const halfHour = 0x3fff_ffff

/** Every half hour that the span touches, with those of its minutes that start in the span. */
function eachHalf(
  from: Date,
  span: { from: Date; until: Date },
  length: number,
  visit: (index: number, mask: number) => void,
): void {
  const first = Math.max(0, Math.ceil((span.from.getTime() - from.getTime()) / minuteMilliseconds))
  const end = Math.min(length * 30, Math.ceil((span.until.getTime() - from.getTime()) / minuteMilliseconds))
  for (let index = Math.floor(first / 30); index * 30 < end; index++)
    visit(index, below(Math.min(30, end - index * 30)) & ~below(Math.max(0, first - index * 30)))
}

/** The first minutes of a half hour. */
function below(count: number): number {
  return (1 << count) - 1
}
