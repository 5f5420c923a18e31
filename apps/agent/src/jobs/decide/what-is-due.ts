/** `count` runs, the last of which was due at `dueAt`. */
export type DueRun = { dueAt: Date; count: number }

/** What is due for longer than this was missed: the host was away, and a run at a wrong hour may do harm. */
const lateMillisecondsMax = 90_000
/** A service that is due each minute reaches it after half a year away. */
const countMax = 250_000

/**
 * What became due after `since` and until `now`. The newest is run where it is not late; those before were missed. `upTo`
 * is from when on to look next time, undefined where nothing was due.
 */
export function whatIsDue(
  next: (after: Date) => Date | undefined,
  since: Date,
  now: Date,
): { upTo: Date | undefined; missed: DueRun | undefined; run: DueRun | undefined } {
  const due: Date[] = []
  let count = 0
  for (let at = next(since); at !== undefined && at <= now && count < countMax; at = next(at)) {
    count++
    due.push(at)
    if (due.length > 2) due.shift()
  }
  const newest = due.at(-1)
  if (newest === undefined) return { upTo: undefined, missed: undefined, run: undefined }
  const isLate = now.getTime() - newest.getTime() > lateMillisecondsMax
  const run = isLate ? undefined : { dueAt: newest, count: 1 }
  const missedCount = isLate ? count : count - 1
  const lastMissed = isLate ? newest : due[0]
  const missed =
    missedCount > 0 && lastMissed !== undefined ? { dueAt: lastMissed, count: missedCount } : undefined
  return { upTo: newest, missed, run }
}
