import { upperTail } from './upper-tail.ts'

/** Requests counted by how long they took, in the same bins; bins in ascending order. */
export type Waits = readonly number[]

/**
 * Mann and Whitney's rank test on counts in bins, one-sided: how likely the new would wait so much longer, were new
 * and old alike. With corrections for ties (all in a bin tie) and continuity, the same as SciPy's
 * `mannwhitneyu(method='asymptotic', alternative='greater')`: by the normal approximation, so for about 20 and more
 * of each. For one look: looked at again and again it is wrong far more often than it says (see latency-evidence.ts).
 * 1 where there is nothing to compare.
 * https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test
 */
export function rankTest(of: { old: Waits; new: Waits }): number {
  const [older, newer] = [totalOf(of.old), totalOf(of.new)]
  const all = older + newer
  const ties = of.new.reduce((sum, own, bin) => {
    const tied = own + (of.old[bin] ?? 0)
    return sum + (tied ** 3 - tied)
  }, 0)
  const variance = ((older * newer) / 12) * (all + 1 - ties / (all * (all - 1)))
  if (!(variance > 0)) return 1
  return upperTail((winsOf(of) - (older * newer) / 2 - 0.5) / Math.sqrt(variance))
}

/** Mann and Whitney's U of the new: in how many pairs of a new and an old request the new one waits longer; a tie is half a one. */
export function winsOf(of: { old: Waits; new: Waits }): number {
  let below = 0
  let wins = 0
  of.new.forEach((own, bin) => {
    const other = of.old[bin] ?? 0
    wins += own * (below + other / 2)
    below += other
  })
  return wins
}

export function totalOf(waits: Waits): number {
  return waits.reduce((sum, count) => sum + count, 0)
}
