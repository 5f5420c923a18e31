/**
 * Bets against "the new revision is no worse", a unit in all. Each is fair as long as it is no worse, so what all have
 * come to is 200 or more at any time, however long and however often one looks, with a chance of 1 in 200 at most
 * (Ville's inequality). The unit is laid bit by bit, half of it in the first slice and 1 / (t (t + 1)) of it in
 * slice t, so that a revision that turns bad after half an hour is not hidden behind what it lost while it was good.
 *
 * Bets, not alpha spending: a spending plan has to know how much will be seen in all, and no longer holds when a bake
 * waits for more requests or is looked at off the plan. A bet stays fair whatever is decided by what was seen until
 * then, be it to stop, to go on, or to send more visitors.
 * https://en.wikipedia.org/wiki/E-values, https://arxiv.org/abs/2010.09686, https://arxiv.org/abs/2205.14762
 */
export type Evidence = {
  slices: number
  /** The logarithm of what each bet has made of what was laid on it until now; all are laid the same. */
  bets: readonly number[]
}

export function noEvidence(bets: number): Evidence {
  return { slices: 0, bets: new Array<number>(bets).fill(Number.NEGATIVE_INFINITY) }
}

/** `won` is the logarithm of how many times over each bet got what it had laid. Several targets may share a slice. */
export function addEvidence(evidence: Evidence, won: readonly number[], isNewSlice: boolean): Evidence {
  const slices = isNewSlice ? evidence.slices + 1 : evidence.slices
  const laid = isNewSlice ? 1 / (slices * (slices + 1)) : 0
  return { slices, bets: evidence.bets.map((bet, index) => logAfter(bet, laid) + (won[index] ?? 0)) }
}

function logAfter(bet: number, laid: number): number {
  return bet > 0 ? bet + Math.log1p(laid * Math.exp(-bet)) : Math.log(Math.exp(bet) + laid)
}

/** What the unit has become, with what is not laid yet: 1 says nothing, below 1 speaks for the new. At most 1e300. */
export function weigh({ slices, bets }: Evidence): number {
  const mean = bets.reduce((sum, bet) => sum + Math.exp(Math.min(bet, 700)), 0) / bets.length
  return Math.min(1e300, mean + 1 / (slices + 1))
}
