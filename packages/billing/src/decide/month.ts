export const minuteMilliseconds = 60_000
export const hourMilliseconds = 60 * minuteMilliseconds
export const dayMilliseconds = 24 * hourMilliseconds

/** Reports that were not acknowledged are said again for at most a quarter of an hour; twice that is waited. */
const cutoffMilliseconds = 30 * minuteMilliseconds

/** A UTC month. Billing knows no other: no zone, no summer time. `end` is the first moment of the next. */
export type Month = { name: string; start: Date; end: Date; minutes: number }

export function monthOf(at: Date): Month {
  return monthFrom(at.getUTCFullYear(), at.getUTCMonth())
}

/** Of a name such as `2026-11`; undefined for any other string. */
export function monthNamed(name: string): Month | undefined {
  const match = /^(20\d\d)-(0[1-9]|1[0-2])$/.exec(name)
  return match ? monthFrom(Number(match[1]), Number(match[2]) - 1) : undefined
}

export function monthAfter(month: Month): Month {
  return monthOf(month.end)
}

export function hoursOfMonth({ start, end }: Month): { from: Date; until: Date } {
  return { from: start, until: end }
}

/** From this moment a month may close, and nothing recorded later counts for it. */
export function cutoffOf(month: Month): Date {
  return new Date(month.end.getTime() + cutoffMilliseconds)
}

/** The start of the next minute, or `at` itself when a minute starts there. */
export function ceilMinute(at: Date): Date {
  return new Date(Math.ceil(at.getTime() / minuteMilliseconds) * minuteMilliseconds)
}

export function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / hourMilliseconds) * hourMilliseconds)
}

/** The start of the UTC day. */
export function dayOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / dayMilliseconds) * dayMilliseconds)
}

function monthFrom(year: number, index: number): Month {
  const start = new Date(Date.UTC(year, index, 1))
  const end = new Date(Date.UTC(year, index + 1, 1))
  return {
    name: start.toISOString().slice(0, 7),
    start,
    end,
    minutes: (end.getTime() - start.getTime()) / minuteMilliseconds,
  }
}
