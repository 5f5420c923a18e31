/** From an instant to another, in milliseconds since 1970. */
type Span = { from: number; until: number }

const halfDay = 43_200_000

/**
 * Of a zone: when its clock on the wall shows a time from `from` until `until`, both given as if they were UTC and
 * within two days of each other. One span; none where the clock jumps over that time; two where it shows it twice.
 * A zone changes its clock at most once in the three days that are looked at, as all zones since 1970 have.
 */
export function instantsOf(timeZone: string): (from: number, until: number) => Span[] {
  const offsetAt = offsetsOf(timeZone)
  return (from, until) => {
    // No zone is further than 14 hours from UTC.
    const [start, end] = [from - 2 * halfDay, until + 2 * halfDay]
    const [before, after] = [offsetAt(start), offsetAt(end)]
    if (before === after) return [{ from: from - before, until: until - before }]
    const change = changeBetween(start, end, offsetAt)
    return [
      { from: from - before, until: Math.min(until - before, change) },
      { from: Math.max(from - after, change), until: until - after },
    ].filter((span) => span.from < span.until)
  }
}

/** Milliseconds that the zone's clock is ahead of UTC at an instant. */
function offsetsOf(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (instant) => {
    const shown = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
    const part = (type: Intl.DateTimeFormatPartTypes) => shown.get(type) ?? 0
    const asUtc = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    return asUtc - Math.floor(instant / 1000) * 1000
  }
}

/** The first millisecond of the later offset, by halving; every change is on a whole second. */
function changeBetween(start: number, end: number, offsetAt: (instant: number) => number): number {
  const before = offsetAt(start)
  let [low, high] = [Math.floor(start / 1000), Math.ceil(end / 1000)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(middle * 1000) === before) low = middle
    else high = middle
  }
  return high * 1000
}
