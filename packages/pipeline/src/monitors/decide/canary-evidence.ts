import { type Answered, addToSums, type CanarySums, noSums } from './canary-sums.ts'
import { errorEvidence, noErrorEvidence } from './error-evidence.ts'
import { addEvidence, type Evidence } from './evidence.ts'
import { latencyEvidence, noLatencyEvidence } from './latency-evidence.ts'

/**
 * What old and new answered in the same whole minute, of visitors who could have come to either: one host that
 * divides its visitors, or one target of hosts that share them. Targets are not summed for it. Each has an entry of
 * its own with the same `at`, since where the new revision's share differs from target to target, it would be blamed
 * for the target that is slow. A minute is said once, when it is over. The length of all `latency` is the same.
 */
export type CanaryMinute = { at: Date; old: Answered; new: Answered }

/** All that a judgement needs of the minutes until now. */
export type CanaryEvidence = {
  /** The first and the last minute in which both had requests. */
  span: { from: Date; to: Date } | undefined
  errors: Evidence
  latency: Evidence
  whole: CanarySums
  /** The last ten minutes. */
  recent: readonly CanaryMinute[]
}

export const noCanaryEvidence: CanaryEvidence = {
  span: undefined,
  errors: noErrorEvidence,
  latency: noLatencyEvidence,
  whole: noSums,
  recent: [],
}

/** A new process is slow at first, as its caches are cold: waits count after this, errors from the beginning. */
const warmUpMilliseconds = 60_000
const recentMilliseconds = 10 * 60_000

/** Adds one minute; in the order of their beginning. One in which either side had no request compares nothing. */
export function addMinute(evidence: CanaryEvidence, minute: CanaryMinute): CanaryEvidence {
  if (minute.old.requests === 0 || minute.new.requests === 0) return evidence
  const { at } = minute
  const from = evidence.span?.from ?? at
  const isNewMinute = at.getTime() !== evidence.span?.to.getTime()
  const waitsCount = isWarm(at, from)
  const waits = { old: minute.old.latency, new: minute.new.latency }
  return {
    span: { from, to: at },
    errors: addEvidence(evidence.errors, errorEvidence(minute), isNewMinute),
    latency: waitsCount
      ? addEvidence(evidence.latency, latencyEvidence(waits), isNewMinute)
      : evidence.latency,
    whole: addToSums(evidence.whole, minute, waitsCount),
    recent: [
      ...evidence.recent.filter((one) => at.getTime() - one.at.getTime() < recentMilliseconds),
      minute,
    ],
  }
}

export function recentSums({ span, recent }: CanaryEvidence): CanarySums {
  return recent.reduce((sums, one) => addToSums(sums, one, isWarm(one.at, span?.from ?? one.at)), noSums)
}

function isWarm(at: Date, from: Date): boolean {
  return at.getTime() - from.getTime() >= warmUpMilliseconds
}
