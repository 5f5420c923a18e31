import { z } from 'zod'
import { nearest } from '../nearest.ts'
import { type Refusal, refuse } from '../values.ts'

/** Hours of some days of the week: ISO days from Monday, 1, to Sunday, 7, and HH:MM of one day. */
type Hours = { days: number[]; from: string; to: string; timeZone: string }

/** ISO dates, both days inclusive. */
type Dates = { from: string; to: string }

/** `Mon-Thu 09:00-16:00 Europe/London`: days with commas and spans, hours of one day, an IANA time zone. */
export const hours = z.string().transform((text, context): Hours => {
  const read = readHours(text)
  if (!('reason' in read)) return read
  refuse(context, read)
  return z.NEVER
})

/** `2026-12-31`, or `2026-12-24..2027-01-02` with both days. */
export const dates = z.string().transform((text, context): Dates => {
  const read = readDates(text)
  if (!('reason' in read)) return read
  refuse(context, read)
  return z.NEVER
})

function readHours(text: string): Hours | Refusal {
  const [days = '', times = '', timeZone, ...more] = text.trim().split(/\s+/)
  const span = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.exec(times)
  const [, from, to] = span ?? []
  if (from === undefined || to === undefined || timeZone === undefined || more.length > 0) {
    return { reason: 'is not days, hours and a time zone such as Mon-Thu 09:00-16:00 Europe/London' }
  }
  if (from >= to) {
    return {
      reason: 'ends before it begins: hours past midnight are two entries, one to 24:00, one from 00:00',
    }
  }
  const read = readDays(days)
  if ('reason' in read) return read
  if (isTimeZone(timeZone)) return { days: read.days, from, to, timeZone }
  const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC']
  return { reason: `names no time zone: ${timeZone}`, nearest: nearest(timeZone, zones) }
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** A span may go over the end of the week: Sat-Mon. */
function readDays(text: string): { days: number[] } | Refusal {
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [first = '', last = first, ...more] = part.split('-')
    const wrong = [first, last].find((day) => !dayNames.includes(day))
    if (wrong !== undefined) return { reason: `names no day: ${wrong}`, nearest: nearest(wrong, dayNames) }
    if (more.length > 0) return { reason: 'is not a span of days such as Mon-Thu' }
    const begin = dayNames.indexOf(first)
    const length = (dayNames.indexOf(last) - begin + 7) % 7
    for (let offset = 0; offset <= length; offset++) days.add(((begin + offset) % 7) + 1)
  }
  return { days: [...days].sort() }
}

/** By name only: an offset such as +01:00 would be wrong for half of the year. */
function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch (cause) {
    if (cause instanceof RangeError) return false
    throw cause
  }
}

function readDates(text: string): Dates | Refusal {
  const [from = '', to = from, ...more] = text.split('..').map((day) => day.trim())
  const isForm = [from, to].every((day) => /^\d{4}-\d{2}-\d{2}$/.test(day)) && more.length === 0
  if (!isForm) return { reason: 'is not a date such as 2026-12-31, or two such as 2026-12-24..2027-01-02' }
  const wrong = [from, to].find((day) => !isDate(day))
  if (wrong !== undefined) return { reason: `names no day of the calendar: ${wrong}` }
  return from <= to ? { from, to } : { reason: 'ends before it begins' }
}

function isDate(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}
