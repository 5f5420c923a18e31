import { hourMilliseconds, hourOf, minuteMilliseconds } from './month.ts'

/** The minutes of one UTC hour: bit n is minute n, 60 bits. */
export type Mask = bigint

export const wholeHour: Mask = (1n << 60n) - 1n

const lowHalf = 0x3fff_ffffn

export function countMinutes(mask: Mask): number {
  return countBits(Number(mask & lowHalf)) + countBits(Number(mask >> 30n))
}

/** The minutes of the hour that start in `[from, until)`. */
function maskWithin(hour: Date, from: Date, until: Date): Mask {
  const start = hour.getTime()
  if (from.getTime() <= start && until.getTime() >= start + hourMilliseconds) return wholeHour
  const first = minuteInHour(hour, from)
  const end = minuteInHour(hour, until)
  return first >= end ? 0n : ((1n << BigInt(end - first)) - 1n) << BigInt(first)
}

/** Every minute that `[from, to]` touches, an entry per hour, oldest first. */
export function minutesTouched(from: Date, to: Date): { hour: Date; mask: Mask }[] {
  const until = new Date((Math.floor(to.getTime() / minuteMilliseconds) + 1) * minuteMilliseconds)
  const first = new Date(Math.floor(from.getTime() / minuteMilliseconds) * minuteMilliseconds)
  const hours = []
  for (let at = hourOf(first).getTime(); at < until.getTime(); at += hourMilliseconds) {
    const hour = new Date(at)
    hours.push({ hour, mask: maskWithin(hour, first, until) })
  }
  return hours
}

/** 15 hexadecimal digits, so that masks sort and compare as text. */
export function maskText(mask: Mask): string {
  return mask.toString(16).padStart(15, '0')
}

/** How many minutes of the hour start before `at`, 0 to 60. */
function minuteInHour(hour: Date, at: Date): number {
  const minutes = Math.ceil((at.getTime() - hour.getTime()) / minuteMilliseconds)
  return Math.min(60, Math.max(0, minutes))
}

/** Of 32 bits. */
export function countBits(value: number): number {
  let rest = value
  rest -= (rest >>> 1) & 0x5555_5555
  rest = (rest & 0x3333_3333) + ((rest >>> 2) & 0x3333_3333)
  rest = (rest + (rest >>> 4)) & 0x0f0f_0f0f
  return Math.imul(rest, 0x0101_0101) >>> 24
}
