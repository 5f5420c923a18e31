import { totalOf, winsOf } from './rank-test.ts'

/** What one side answered. `latency` counts requests by the protocol's bounds of milliseconds. */
export type Answered = {
  requests: number
  /** Answers of 500 and above, and requests that got none. */
  errors: number
  latency: readonly number[]
}

/** What old and new answered over several slices of time and targets, and how they compared within each. */
export type CanarySums = {
  old: Answered
  new: Answered
  /** Mantel's and Haenszel's: errors of one side weighed by the requests of the other. */
  errorsWeighed: { old: number; new: number }
  /** Pairs of a new and an old request, and in how many the new one waited longer (a tie is half). */
  pairs: { all: number; newIsSlower: number }
}

export const noSums: CanarySums = {
  old: { requests: 0, errors: 0, latency: [] },
  new: { requests: 0, errors: 0, latency: [] },
  errorsWeighed: { old: 0, new: 0 },
  pairs: { all: 0, newIsSlower: 0 },
}

/** Adds one slice of one target, its waits only where they count. */
export function addToSums(
  sums: CanarySums,
  of: { old: Answered; new: Answered },
  waitsCount: boolean,
): CanarySums {
  const all = of.old.requests + of.new.requests
  const counted = {
    ...sums,
    old: { ...sums.old, ...addCounts(sums.old, of.old) },
    new: { ...sums.new, ...addCounts(sums.new, of.new) },
    errorsWeighed: {
      old: sums.errorsWeighed.old + (of.old.errors * of.new.requests) / all,
      new: sums.errorsWeighed.new + (of.new.errors * of.old.requests) / all,
    },
  }
  if (!waitsCount) return counted
  const waits = { old: of.old.latency, new: of.new.latency }
  return {
    ...counted,
    old: { ...counted.old, latency: addWaits(sums.old.latency, waits.old) },
    new: { ...counted.new, latency: addWaits(sums.new.latency, waits.new) },
    pairs: {
      all: sums.pairs.all + totalOf(waits.old) * totalOf(waits.new),
      newIsSlower: sums.pairs.newIsSlower + winsOf(waits),
    },
  }
}

export function addSums(one: CanarySums, other: CanarySums): CanarySums {
  return {
    old: { ...addCounts(one.old, other.old), latency: addWaits(one.old.latency, other.old.latency) },
    new: { ...addCounts(one.new, other.new), latency: addWaits(one.new.latency, other.new.latency) },
    errorsWeighed: {
      old: one.errorsWeighed.old + other.errorsWeighed.old,
      new: one.errorsWeighed.new + other.errorsWeighed.new,
    },
    pairs: {
      all: one.pairs.all + other.pairs.all,
      newIsSlower: one.pairs.newIsSlower + other.pairs.newIsSlower,
    },
  }
}

const addCounts = (sum: Omit<Answered, 'latency'>, more: Omit<Answered, 'latency'>) => ({
  requests: sum.requests + more.requests,
  errors: sum.errors + more.errors,
})

/** Of none there are no bins. */
const addWaits = (sum: readonly number[], more: readonly number[]) =>
  more.length === 0 ? sum : more.map((count, bin) => count + (sum[bin] ?? 0))
