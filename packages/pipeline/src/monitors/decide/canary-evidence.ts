import { type Answered, addSums, addToSums, type CanarySums, noSums } from './canary-sums.ts'
import { errorEvidence, noErrorEvidence } from './error-evidence.ts'
import { addEvidence, type Evidence } from './evidence.ts'
import { latencyEvidence, noLatencyEvidence } from './latency-evidence.ts'

/**
 * What old and new answered in the same few seconds, of visitors who could have come to either: one host that divides
 * its visitors, or one target of hosts that share them. Targets are not summed for it. Each has an entry of its own with
 * the same `at`, since where the new revision's share differs from target to target, it would be blamed for the target
 * that is slow. A slice is said once, when it is over. It is one bet: what goes wrong at once should be within one.
 * The length of all `latency` is the same.
 */
export type CanarySlice = { at: Date; old: Answered; new: Answered }

/** All that a judgement needs of the slices until now. */
export type CanaryEvidence = {
  /** The first and the last slice in which both had requests. */
  span: { from: Date; to: Date } | undefined
  errors: Evidence
  latency: Evidence
  whole: CanarySums
  /** The last ten minutes, each with what began in it. */
  recent: ReadonlyArray<{ at: Date; sums: CanarySums }>
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
const minuteMilliseconds = 60_000
const recentMilliseconds = 10 * minuteMilliseconds

/** A slice lasts so long, or until enough has come. */
export const sliceSeconds = 4
/** With fewer of either side it goes on for a minute, and then tells what one has. */
const sliceRequestsMin = 5
const sliceSecondsMax = 60

/**
 * Whether what came since the slice began is one. That hangs on how many requests either side had, and on nothing that
 * became of them, so that the comparison stays fair.
 */
export function isSliceOver({ at, old, new: newer }: CanarySlice, now: Date): boolean {
  const isLong = now.getTime() - at.getTime() >= sliceSecondsMax * 1000
  return Math.min(old.requests, newer.requests) >= (isLong ? 1 : sliceRequestsMin)
}

/** Adds one slice; in the order of their beginning. One in which either side had no request compares nothing. */
export function addSlice(evidence: CanaryEvidence, slice: CanarySlice): CanaryEvidence {
  if (slice.old.requests === 0 || slice.new.requests === 0) return evidence
  const { at } = slice
  const from = evidence.span?.from ?? at
  const isNewSlice = at.getTime() !== evidence.span?.to.getTime()
  const waitsCount = at.getTime() - from.getTime() >= warmUpMilliseconds
  const waits = { old: slice.old.latency, new: slice.new.latency }
  return {
    span: { from, to: at },
    errors: addEvidence(evidence.errors, errorEvidence(slice), isNewSlice),
    latency: waitsCount
      ? addEvidence(evidence.latency, latencyEvidence(waits), isNewSlice)
      : evidence.latency,
    whole: addToSums(evidence.whole, slice, waitsCount),
    recent: addRecent(evidence.recent, slice, waitsCount),
  }
}

function addRecent(
  recent: CanaryEvidence['recent'],
  slice: CanarySlice,
  waitsCount: boolean,
): CanaryEvidence['recent'] {
  const last = recent.at(-1)
  const isOfLast = last && slice.at.getTime() - last.at.getTime() < minuteMilliseconds
  if (isOfLast)
    return [...recent.slice(0, -1), { at: last.at, sums: addToSums(last.sums, slice, waitsCount) }]
  return [
    ...recent.filter(({ at }) => slice.at.getTime() - at.getTime() < recentMilliseconds),
    { at: slice.at, sums: addToSums(noSums, slice, waitsCount) },
  ]
}

export function recentSums({ recent }: CanaryEvidence): CanarySums {
  return recent.reduce((sum, { sums }) => addSums(sum, sums), noSums)
}
