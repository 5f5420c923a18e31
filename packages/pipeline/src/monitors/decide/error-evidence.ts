import { noEvidence } from './evidence.ts'
import type { Failures } from './fisher-exact.ts'
import { shareBets, shareEvidence } from './share-evidence.ts'

export const noErrorEvidence = noEvidence(shareBets)

/**
 * What one slice of time wins for the bets that the new revision fails more often. New and old are compared within the
 * slice alone. So what fails for both (a database that is away, a caller gone mad) says nothing, whatever slice it is in,
 * and no share of errors is presumed; a new revision that fails less often makes the bets lose.
 */
export function errorEvidence(of: { old: Failures; new: Failures }): number[] {
  const all = of.old.requests + of.new.requests
  const marked = of.old.errors + of.new.errors
  return shareEvidence({ all, marked, drawn: of.new.requests, hits: of.new.errors })
}
