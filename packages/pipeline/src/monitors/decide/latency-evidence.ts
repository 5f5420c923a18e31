import { noEvidence } from './evidence.ts'
import { logTimesLikelier } from './hypergeometric.ts'
import { totalOf, type Waits } from './rank-test.ts'

/**
 * What the waits may have become, by the rank of a request among all of its minute, from 0 (fastest) to 1: that all
 * are slower (the alternative of Mann and Whitney's test), or the slowest few alone, which that test hardly sees.
 * `strength` says by how much: the slowest come from the new e^strength times as likely as the fastest.
 */
const shapes = [(rank: number) => rank, (rank: number) => rank ** 8]
const strengths = [0.75, 1.5, 3, 6]
const bets = shapes.flatMap((shape) => strengths.map((strength) => ({ shape, strength })))

export const noLatencyEvidence = noEvidence(bets.length)

/**
 * What one minute wins for the bets that the new revision is slower: a sequential rank test. New and old are compared
 * within the minute alone, given how many requests each had and how many fell into each bin in all. From the slowest
 * bin down: how many of it are the new's, among all that were not slower? Each such question is a draw of its own
 * given the ones before, so the product is a fair bet, exact for any counts and any ties, as in the logrank test of
 * ter Schure and others (https://arxiv.org/abs/2011.06931), with the weights of Mann and Whitney's.
 */
export function latencyEvidence(of: { old: Waits; new: Waits }): number[] {
  const pool = of.new.map((own, bin) => own + (of.old[bin] ?? 0))
  const weights = weightsOf(pool)
  const sums = bets.map(() => 0)
  let all = totalOf(pool)
  let drawn = totalOf(of.new)
  for (let bin = pool.length - 1; bin >= 0 && drawn > 0 && drawn < all; bin--) {
    const marked = pool[bin] ?? 0
    const hits = of.new[bin] ?? 0
    if (marked > 0 && marked < all) {
      const odds = weights.map((one) => (one[bin] ?? 1) / meanBelow(one, pool, bin))
      logTimesLikelier({ all, marked, drawn }, hits, odds).forEach((more, bet) => {
        sums[bet] = (sums[bet] ?? 0) + more
      })
    }
    all -= marked
    drawn -= hits
  }
  return sums
}

/** For each bet how likely a request of each bin is the new's. */
function weightsOf(pool: Waits): number[][] {
  const all = totalOf(pool)
  let below = 0
  const ranks = pool.map((count) => {
    below += count
    return (below - count / 2) / all
  })
  return bets.map(({ shape, strength }) => ranks.map((rank) => Math.exp(strength * shape(rank))))
}

function meanBelow(weights: readonly number[], pool: Waits, bin: number): number {
  let sum = 0
  let count = 0
  for (let below = 0; below < bin; below++) {
    sum += (weights[below] ?? 0) * (pool[below] ?? 0)
    count += pool[below] ?? 0
  }
  return sum / count
}
