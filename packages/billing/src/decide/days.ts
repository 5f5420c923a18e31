import { type Awake, countBoth, indexOf, minutesIn } from './awake.ts'
import { dayMilliseconds, type Month } from './month.ts'

/** For each service the awake minutes of each day of the month that start before `until`, 0 to 1,440, first day first. */
export function minutesByDay(awake: Awake, month: Month, until: Date): Map<string, number[]> {
  const soFar = minutesIn(awake, [{ from: month.start, until }])
  const starts = Array.from({ length: month.minutes / (24 * 60) }, (_, day) =>
    indexOf(new Date(month.start.getTime() + day * dayMilliseconds), awake.from),
  )
  return new Map(
    [...awake.services].map(([id, seen]) => [
      id,
      starts.map((start) => countBoth(seen, soFar, start, start + numbersOfDay)),
    ]),
  )
}

const numbersOfDay = 2 * 24
