import {
  addSlice,
  type CanaryEvidence,
  type CanarySlice,
  noCanaryEvidence,
  recentSums,
} from './canary-evidence.ts'
import { type Comparison, compare, failsMore, isSlower } from './comparison.ts'
import { weigh } from './evidence.ts'
import { fisherExact } from './fisher-exact.ts'
import { rankTest } from './rank-test.ts'

type CanaryTerms = {
  now: Date
  /** So many of each side before it can be good. */
  requestsMin?: number
  /**
   * How often a good revision may be found bad, over the whole bake and all looks. Whoever judges several services
   * apart divides it among them.
   */
  chanceMax?: number
}

/** What a judgement waits for before it can be good. */
type CanaryLack =
  | 'old-requests'
  | 'new-requests'
  | 'old-latency'
  | 'new-latency'
  | 'fresh-data'
  /** Slices of time in which waits were compared: in fewer even what is always worse is not found. */
  | 'slices'
  /** It looks worse, by as much as matters, and it may yet be chance. */
  | 'certainty'

export type CanaryJudgement = (
  | { is: 'good' }
  | { is: 'bad'; worse: Array<'errors' | 'latency'> }
  | { is: 'inconclusive'; lacks: CanaryLack[] }
) & { figures: CanaryFigures }

/** What is shown of it. */
type CanaryFigures = {
  requests: { old: number; new: number; min: number }
  /** What decides: `evidence` of at least `min`, and a difference that matters. */
  errors: Certainty
  latency: Certainty
  whole: Comparison
  /** Of the last ten minutes: what turned bad late is not seen in the whole. */
  recent: Comparison
}
type Certainty = {
  evidence: number
  min: number
  /** What the test for one look says of the sums, for comparison alone: it decides nothing. */
  chance: number
}

/**
 * Judges a new revision that serves beside the old one, from the slices of time since it began to, in their order. It may be
 * asked as often as one likes, and for as long: a good revision, one that fails no more often and is no slower, is
 * found bad at most so often as `chanceMax` says, all looks and both metrics together. Half of that is for errors and
 * half for waits. Bad stands as soon as it is found; good means: nothing was found yet, in as many requests as were
 * asked for, all of both metrics and fresh. Without data it is inconclusive, never good. Same slices, same judgement.
 */
export function judgeCanary(of: { slices: readonly CanarySlice[] } & CanaryTerms): CanaryJudgement {
  return judgeEvidence(of.slices.reduce(addSlice, noCanaryEvidence), of)
}

/** With fewer, one unlucky visitor who tries again would decide. */
const requestsForBad = 10
const requestsForGood = 100
const slicesForGood = 12
/** A slice lasts a minute at most and is known when it is over. */
const freshMilliseconds = 3 * 60_000
/** With as much evidence against it, it is not called good: of ten good revisions one may come so far at most. */
const doubtMin = 10

/** The same, of slices that were added up already. */
export function judgeEvidence(evidence: CanaryEvidence, terms: CanaryTerms): CanaryJudgement {
  const { now, requestsMin = requestsForGood, chanceMax = 0.01 } = terms
  const figures = figuresOf(evidence, requestsMin, 2 / chanceMax)
  const worse = whatIsWorse(figures)
  if (worse.length > 0) return { is: 'bad', worse, figures }
  const lacks = whatLacks(evidence, requestsMin, now)
  if (isInDoubt(figures)) lacks.push('certainty')
  if (lacks.length > 0) return { is: 'inconclusive', lacks, figures }
  return { is: 'good', figures }
}

function figuresOf(evidence: CanaryEvidence, requestsMin: number, evidenceMin: number): CanaryFigures {
  const { old, new: newer } = evidence.whole
  return {
    requests: { old: old.requests, new: newer.requests, min: requestsMin },
    errors: {
      evidence: weigh(evidence.errors),
      min: evidenceMin,
      chance: fisherExact({ old, new: newer }),
    },
    latency: {
      evidence: weigh(evidence.latency),
      min: evidenceMin,
      chance: rankTest({ old: old.latency, new: newer.latency }),
    },
    whole: compare(evidence.whole),
    recent: compare(recentSums(evidence)),
  }
}

function whatIsWorse({ requests, errors, latency, whole, recent }: CanaryFigures) {
  const worse: Array<'errors' | 'latency'> = []
  if (Math.min(requests.old, requests.new) < requestsForBad) return worse
  const either = (matters: (one: Comparison) => boolean) => matters(whole) || matters(recent)
  if (errors.evidence >= errors.min && either(failsMore)) worse.push('errors')
  if (latency.evidence >= latency.min && either(isSlower)) worse.push('latency')
  return worse
}

function isInDoubt({ errors, latency, whole, recent }: CanaryFigures): boolean {
  const either = (matters: (one: Comparison) => boolean) => matters(whole) || matters(recent)
  return (
    (errors.evidence >= doubtMin && either(failsMore)) || (latency.evidence >= doubtMin && either(isSlower))
  )
}

function whatLacks({ span, whole, latency }: CanaryEvidence, requestsMin: number, now: Date): CanaryLack[] {
  const lacks: CanaryLack[] = []
  if (whole.old.requests < requestsMin) lacks.push('old-requests')
  if (whole.new.requests < requestsMin) lacks.push('new-requests')
  if (!whole.old.latency.some((count) => count > 0)) lacks.push('old-latency')
  if (!whole.new.latency.some((count) => count > 0)) lacks.push('new-latency')
  else if (latency.slices < slicesForGood) lacks.push('slices')
  if (!span || now.getTime() - span.to.getTime() > freshMilliseconds) lacks.push('fresh-data')
  return lacks
}
