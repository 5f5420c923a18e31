import { noEvidence } from './evidence.ts'
import { totalOf, type Waits, winsOf } from './rank-test.ts'
import { type Marks, shareBets, shareEvidence } from './share-evidence.ts'

/** How much of what is laid a bet on all waits may win or lose. */
const stakes = [0.3, 0.9]
/** The slowest bins are looked at alone as well, with so many of all requests, or the slowest one where it holds more. */
const slowestShare = 0.05

export const noLatencyEvidence = noEvidence(stakes.length + shareBets)

/**
 * What one slice of time wins for the bets that the new revision is slower. New and old are compared within the slice
 * alone, in two ways: of all pairs of a new and an old request, in how many more the new one waits longer than the other
 * way about (Mann and Whitney's, as Cliff's delta from -1 to 1); and how many of either are among the slowest few, which
 * that hardly sees. Like a slice of errors, a slice of waits is one bet, whether a hundred requests waited for one and
 * the same thing or each for its own.
 */
export function latencyEvidence(of: { old: Waits; new: Waits }): number[] {
  const pairs = totalOf(of.old) * totalOf(of.new)
  if (pairs === 0) return noLatencyEvidence.bets.map(() => 0)
  const delta = (2 * winsOf(of)) / pairs - 1
  return [...stakes.map((stake) => Math.log1p(stake * delta)), ...shareEvidence(slowest(of))]
}

/** The bins are chosen by what both have in them, so that the choice favours neither. */
function slowest(of: { old: Waits; new: Waits }): Marks {
  const pool = of.new.map((own, bin) => own + (of.old[bin] ?? 0))
  const all = totalOf(pool)
  let bin = pool.findLastIndex((count) => count > 0)
  let marked = pool[bin] ?? 0
  while (bin > 0 && marked + (pool[bin - 1] ?? 0) <= slowestShare * all) {
    bin -= 1
    marked += pool[bin] ?? 0
  }
  return { all, marked, drawn: totalOf(of.new), hits: totalOf(of.new.slice(bin)) }
}
