import type { SnapshotPlan } from '@slipway/manifest'

/** From the longest: one that is kept for longer counts for the shorter ones too. */
const ages = ['weekly', 'daily', 'hourly'] as const
type Age = (typeof ages)[number]

const hour = 3_600_000
const periods: Record<Age, number> = { hourly: hour, daily: 24 * hour, weekly: 7 * 24 * hour }

/** A look comes each hour, some seconds earlier or later. */
const tolerance = hour / 4

export type Taken<Id> = { id: Id; reason: string; takenAt: Date; isComplete: boolean }

/**
 * What a schedule asks for now: the age of the one that is to be taken, if any, and those that are more than it keeps.
 * What people took is never dropped, nor the newest that is complete; an age that is kept no longer drops all of its own but that.
 */
export function whatIsDue<Id>(
  plan: SnapshotPlan | null,
  taken: readonly Taken<Id>[],
  now: Date,
): { take: Age | undefined; drop: Id[] } {
  const newestFirst = [...taken].sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime())
  return {
    take: plan === null ? undefined : ages.find((age) => plan[age] > 0 && isDue(age, newestFirst, now)),
    drop: plan === null ? [] : ages.flatMap((age) => beyond(plan[age], age, newestFirst)),
  }
}

function isDue<Id>(age: Age, newestFirst: readonly Taken<Id>[], now: Date): boolean {
  const counting = ages.slice(0, ages.indexOf(age) + 1)
  const last = newestFirst.find(({ reason }) => counting.some((each) => each === reason))
  return last === undefined || now.getTime() - last.takenAt.getTime() >= periods[age] - tolerance
}

/** Only complete ones are counted, so that one that fails does not push out one that holds the data. */
function beyond<Id>(kept: number, age: Age, newestFirst: readonly Taken<Id>[]): Id[] {
  const newest = newestFirst.find(({ isComplete }) => isComplete)
  return newestFirst
    .filter(({ reason, isComplete }) => reason === age && isComplete)
    .slice(kept)
    .filter((each) => each !== newest)
    .map(({ id }) => id)
}
