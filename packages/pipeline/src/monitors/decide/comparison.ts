import type { CanarySums } from './canary-sums.ts'
import { latencyQuantile } from './latency-quantile.ts'

/** By how much the new differs from the old. Shares are between 0 and 1; null where nothing was there to tell. */
export type Comparison = {
  errors: {
    oldShare: number | null
    newShare: number | null
    /** How many times as often the new fails, within each slice of time; null where the old never did. */
    timesAsOften: number | null
  }
  /** Without the first minute. */
  latency: {
    /** Of a new and an old request of one slice of time, how likely the new one waits longer: Vargha's and Delaney's A. */
    slowerShare: number | null
    /** The same as Cliff's delta, from -1 to 1: 2 A - 1. */
    delta: number | null
    /** The two curves of waits: within how long which share was answered. */
    quantiles: Array<{ share: number; oldMilliseconds: number | null; newMilliseconds: number | null }>
  }
}

const shares = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]

export function compare({ old, new: newer, errorsWeighed, pairs }: CanarySums): Comparison {
  const slowerShare = pairs.all > 0 ? pairs.newIsSlower / pairs.all : null
  return {
    errors: {
      oldShare: old.requests > 0 ? old.errors / old.requests : null,
      newShare: newer.requests > 0 ? newer.errors / newer.requests : null,
      timesAsOften: errorsWeighed.old > 0 ? errorsWeighed.new / errorsWeighed.old : null,
    },
    latency: {
      slowerShare,
      delta: slowerShare === null ? null : 2 * slowerShare - 1,
      quantiles: shares.map((share) => ({
        share,
        oldMilliseconds: latencyQuantile(old.latency, share),
        newMilliseconds: latencyQuantile(newer.latency, share),
      })),
    },
  }
}

/** With millions of requests the tests see what nobody would go back for: a quarter more, and one in a thousand. */
const timesAsOftenMin = 1.25
const moreShareMin = 0.001

/** It fails so much more often that it matters. */
export function failsMore({ errors: { oldShare, newShare, timesAsOften } }: Comparison): boolean {
  const more = (newShare ?? 0) - (oldShare ?? 0)
  return (timesAsOften ?? Number.POSITIVE_INFINITY) >= timesAsOftenMin && more >= moreShareMin
}

/**
 * A small effect by Vargha and Delaney (https://doi.org/10.3102/10769986025002101); what is below they call none. Of
 * one request in twenty that waits for seconds that effect knows little, so the slowest twentieth counts beside it.
 */
const slowerShareMin = 0.56
const slowestTwentiethTimesMin = 1.3
/** What is not this much slower, in the middle or among the slowest, nobody notices. */
const slowerMillisecondsMin = 10

/** It is so much slower that it matters. */
export function isSlower({ latency: { slowerShare, quantiles } }: Comparison): boolean {
  const at = (share: number) => {
    const one = quantiles.find((quantile) => quantile.share === share)
    return { old: one?.oldMilliseconds ?? 0, new: one?.newMilliseconds ?? 0 }
  }
  const [middle, slowest] = [at(0.5), at(0.95)]
  const more = Math.max(middle.new - middle.old, slowest.new - slowest.old)
  const isFelt = (slowerShare ?? 0) >= slowerShareMin || slowest.new >= slowestTwentiethTimesMin * slowest.old
  return isFelt && more >= slowerMillisecondsMin
}
