import { noEvidence } from './evidence.ts'
import type { Failures } from './fisher-exact.ts'
import { logTimesLikelier } from './hypergeometric.ts'

/** How many times the odds to fail may have become: a bet is laid on each, as nobody knows by how much it is worse. */
const oddsLookedFor = [1.5, 2, 3, 5, 10, 30, 100]

export const noErrorEvidence = noEvidence(oddsLookedFor.length)

/**
 * What one minute wins for the bets that the new revision fails more often: the sequential form of Fisher's exact test.
 * New and old are compared within the minute alone, given how many requests each had and how many failed in all. So
 * what fails for both (a database that is away, a caller gone mad) says nothing, whatever minute it is in, and no
 * share of errors is presumed. Exact for any counts, for requests whose fates are not tied to each other; a new
 * revision that fails less often makes the bets lose.
 */
export function errorEvidence(of: { old: Failures; new: Failures }): number[] {
  const all = of.old.requests + of.new.requests
  const marked = of.old.errors + of.new.errors
  return logTimesLikelier({ all, marked, drawn: of.new.requests }, of.new.errors, oddsLookedFor)
}
