import type { PlannedCheck } from '@slipway/manifest'
import { instantsOf } from './time-zone.ts'

/** Days, hours and closed dates, all in one time zone. */
export type Window = Pick<Extract<PlannedCheck, { kind: 'window' }>, 'open' | 'timeZone' | 'closed'>

export type WindowState =
  /** Where it does not shut within `lookDays`, until the end of what is looked at. */
  | { is: 'open'; until: Date }
  | { is: 'shut'; opensAt: Date }
  /** Not within `lookDays`. */
  | { is: 'never' }

/** As far as a window is looked at: its weekly hours, and a year that is closed on every date. */
export const lookDays = 400

const dayMilliseconds = 86_400_000

/**
 * Whether a window is open, and until when or from when. It is open when a clock on a wall in its zone shows one of
 * its hours on a day that is not closed: where that clock is put back an hour comes twice, where it is put forward
 * some hours do not come at all. Hours that follow on each other, also over midnight, are one.
 */
export function windowAt(window: Window, at: Date): WindowState {
  const now = at.getTime()
  // A day of any zone begins at most 14 hours before and ends at most 36 hours after midnight UTC of its date.
  const yesterday = Math.floor(now / dayMilliseconds) * dayMilliseconds - 2 * dayMilliseconds
  const toInstants = instantsOf(window.timeZone)
  let found: Span | undefined
  for (let offset = 0; offset <= lookDays + 2; offset++) {
    const date = yesterday + offset * dayMilliseconds
    for (const span of spansOf(window, date, toInstants)) {
      if (found !== undefined && span.from > found.until) return stateOf(found, now)
      const until = Math.max(found?.until ?? 0, span.until)
      if (until > now) found = { from: found?.from ?? span.from, until }
    }
  }
  return found === undefined ? { is: 'never' } : stateOf(found, now)
}

/**
 * For how many days in a row it can be shut, from the first that is to the day before the next that is not; more
 * than a week only where dates are closed. At most `lookDays`.
 */
export function longestShutDays({ open, closed }: Pick<Window, 'open' | 'closed'>): number {
  const first = Math.min(...closed.map(({ from }) => Date.parse(from)))
  const last = Math.max(...closed.map(({ to }) => Date.parse(to)))
  const days = open.flatMap((hours) => hours.days)
  const begin = closed.length === 0 ? 0 : first - 7 * dayMilliseconds
  const end = closed.length === 0 ? 14 * dayMilliseconds : last + 8 * dayMilliseconds
  let longest = 0
  let shut = 0
  for (let date = begin; date <= end && longest < lookDays; date += dayMilliseconds) {
    shut = days.includes(isoDay(date)) && !isClosed(closed, date) ? 0 : shut + 1
    longest = Math.max(longest, shut)
  }
  return longest
}

/** From an instant to another, which is no longer part of it; milliseconds since 1970. */
type Span = { from: number; until: number }

function stateOf(span: Span, now: number): WindowState {
  return span.from <= now
    ? { is: 'open', until: new Date(span.until) }
    : { is: 'shut', opensAt: new Date(span.from) }
}

/** When it is open on a date, given as its midnight in UTC; earliest first. */
function spansOf(window: Window, date: number, toInstants: ReturnType<typeof instantsOf>): Span[] {
  if (isClosed(window.closed, date)) return []
  const hours = window.open.filter(({ days }) => days.includes(isoDay(date)))
  return hours
    .flatMap(({ from, to }) => toInstants(date + milliseconds(from), date + milliseconds(to)))
    .sort((one, other) => one.from - other.from)
}

function isClosed(closed: Window['closed'], date: number): boolean {
  return closed.some(({ from, to }) => Date.parse(from) <= date && date <= Date.parse(to))
}

/** Monday is 1. */
function isoDay(date: number): number {
  return new Date(date).getUTCDay() || 7
}

/** Of `09:30`, since midnight. */
function milliseconds(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return (hours * 60 + minutes) * 60_000
}
