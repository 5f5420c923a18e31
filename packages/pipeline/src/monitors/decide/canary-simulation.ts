import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { addMinute, type CanaryEvidence, noCanaryEvidence } from './canary-evidence.ts'
import type { Answered } from './canary-sums.ts'
import { judgeEvidence } from './judge-canary.ts'
import { upperTail } from './upper-tail.ts'

/** An app that is invented to see what a judgement does: what it is like, and what its new revision is like. */
export type Simulated = {
  /** On average; a minute has between half and one and a half times as many. */
  requestsPerMinute: number
  /** How many of the visitors come to the new revision. */
  newShare: number
  errorShare: { old: number; new: number }
  medianMilliseconds: { old: number; new: number }
  /**
   * Waits are lognormal: this is the deviation of their logarithm. 0.7 makes the slowest twentieth wait 3 times as
   * long as the middle, 1 five times.
   */
  spread: number
  /** In one minute of ten, both fail 20 % more often and wait three times as long. */
  hasUpsets?: boolean
  /** Errors come so many at once: a visitor who fails tries again as often, at once, with the same revision. */
  errorsAtOnce?: number
  /** Until this minute the new revision is as the old one: what is worse about it begins here. */
  worseFromMinute?: number
}

/**
 * Serves visitors for so many minutes, one by one, and judges at the end of each. Answers the minute in which the new
 * revision was found bad; undefined where it was not. `onMinute` sees what was added up at each. Pure: the same
 * `random` gives the same.
 */
export function simulateCanary(
  app: Simulated,
  minutes: number,
  random: () => number,
  onMinute: (evidence: CanaryEvidence) => void = () => {},
): number | undefined {
  const upsetWaits = {
    old: binsOf(3 * app.medianMilliseconds.old, app),
    new: binsOf(3 * app.medianMilliseconds.new, app),
  }
  const usualWaits = {
    old: binsOf(app.medianMilliseconds.old, app),
    new: binsOf(app.medianMilliseconds.new, app),
  }
  let evidence = noCanaryEvidence
  for (let minute = 1; minute <= minutes; minute++) {
    const isUpset = app.hasUpsets === true && random() < 0.1
    const waits = isUpset ? upsetWaits : usualWaits
    const sides = { old: nothing(), new: nothing() }
    const requests = Math.floor(app.requestsPerMinute * (0.5 + random()) + random())
    for (let request = 0; request < requests; request++) {
      const side = random() < app.newShare ? 'new' : 'old'
      const like = minute < (app.worseFromMinute ?? 1) ? 'old' : side
      const errorShare = app.errorShare[like] + (isUpset ? 0.2 : 0)
      serve(sides[side], errorShare, app.errorsAtOnce ?? 1, waits[like], random)
    }
    const at = new Date(minute * 60_000)
    evidence = addMinute(evidence, { at, ...sides })
    onMinute(evidence)
    if (judgeEvidence(evidence, { now: at }).is === 'bad') return minute
  }
  return undefined
}

type Counting = Answered & { latency: number[] }

function nothing(): Counting {
  return { requests: 0, errors: 0, latency: new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0) }
}

function serve(
  side: Counting,
  errorShare: number,
  errorsAtOnce: number,
  bins: number[],
  random: () => number,
) {
  const isError = random() < errorShare / errorsAtOnce
  const times = isError ? errorsAtOnce : 1
  for (let time = 0; time < times; time++) {
    const chance = random()
    const bin = bins.findIndex((upTo) => chance < upTo)
    side.requests++
    if (isError) side.errors++
    side.latency[bin] = (side.latency[bin] ?? 0) + 1
  }
}

/** How many wait until the end of each bin. */
function binsOf(medianMilliseconds: number, { spread }: Simulated): number[] {
  const within = latencyBoundsMilliseconds.map(
    (bound) => 1 - upperTail(Math.log(bound / medianMilliseconds) / spread),
  )
  return [...within, 1]
}

/** Evenly between 0 and 1, the same for the same seed. Mulberry32: https://github.com/cprosche/mulberry32 */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
