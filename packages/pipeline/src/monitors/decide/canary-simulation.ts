import { latencyBoundsMilliseconds } from '@slipway/protocol'
import {
  addSlice,
  type CanaryEvidence,
  isSliceOver,
  noCanaryEvidence,
  sliceSeconds,
} from './canary-evidence.ts'
import type { Answered } from './canary-sums.ts'
import { weigh } from './evidence.ts'
import { judgeEvidence } from './judge-canary.ts'
import { upperTail } from './upper-tail.ts'

/** An app that is invented to see what a judgement does: what it is like, and what its new revision is like. */
export type Simulated = {
  /** On average; a slice of time has between half and one and a half times as many. */
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
  /** Now and then all requests of one side fail, of the one as often as of the other: its process is ill for a moment. */
  outages?: Trouble
  /** The same, and the requests wait until it is over. */
  stalls?: Trouble
  /** Until this minute the new revision is as the old one: what is worse about it begins here. */
  worseFromMinute?: number
}
type Trouble = { everyMinutes: number; seconds: number }

/** With less evidence nothing is bad, and the rest of a judgement takes time. */
const suspectMin = 50

/**
 * Serves visitors for so many minutes, one by one, and judges at the end of each slice of time, as a host does. Answers
 * the minute in which the new revision was found bad; undefined where it was not. `onMinute` sees what was added up by
 * the end of each. Pure: the same `random` gives the same.
 */
export function simulateCanary(
  app: Simulated,
  minutes: number,
  random: () => number,
  onMinute: (evidence: CanaryEvidence) => void = () => {},
): number | undefined {
  const waits = { usual: binsOf(1, app), upset: binsOf(3, app) }
  const troubles = { old: troublesOf(app, minutes, random), new: troublesOf(app, minutes, random) }
  let isUpset = false
  let evidence = noCanaryEvidence
  let slice = { at: new Date(0), old: nothing(), new: nothing() }
  for (let second = 0; second < minutes * 60; second += sliceSeconds) {
    const minute = Math.floor(second / 60) + 1
    if (second % 60 === 0) isUpset = app.hasUpsets === true && random() < 0.1
    const each = (app.requestsPerMinute * sliceSeconds) / 60
    const requests = Math.floor(each * (0.5 + random()) + random())
    for (let request = 0; request < requests; request++) {
      const side = random() < app.newShare ? 'new' : 'old'
      const like = minute < (app.worseFromMinute ?? 1) ? 'old' : side
      const { outage, stall } = troubles[side](second + random() * sliceSeconds)
      const errorShare = outage > 0 ? 1 : app.errorShare[like] + (isUpset ? 0.2 : 0)
      const bins = waits[isUpset ? 'upset' : 'usual'][like]
      serve(
        slice[side],
        { errorShare, errorsAtOnce: outage > 0 ? 1 : (app.errorsAtOnce ?? 1), bins, stall },
        random,
      )
    }
    const now = new Date((second + sliceSeconds) * 1000)
    if (isSliceOver(slice, now)) {
      evidence = addSlice(evidence, slice)
      slice = { at: now, old: nothing(), new: nothing() }
    }
    if ((second + sliceSeconds) % 60 === 0) onMinute(evidence)
    const isSuspect = Math.max(weigh(evidence.errors), weigh(evidence.latency)) >= suspectMin
    if (isSuspect && judgeEvidence(evidence, { now }).is === 'bad') return minute
  }
  return undefined
}

type Counting = Answered & { latency: number[] }

function nothing(): Counting {
  return { requests: 0, errors: 0, latency: new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0) }
}

function serve(
  side: Counting,
  like: { errorShare: number; errorsAtOnce: number; bins: number[]; stall: number },
  random: () => number,
) {
  const { errorShare, errorsAtOnce, bins, stall } = like
  const isError = random() < errorShare / errorsAtOnce
  const times = isError ? errorsAtOnce : 1
  for (let time = 0; time < times; time++) {
    const chance = random()
    const own = bins.findIndex((upTo) => chance < upTo)
    const stalled = latencyBoundsMilliseconds.findIndex((bound) => stall * 1000 <= bound)
    const bin = Math.max(own, stalled)
    side.requests++
    if (isError) side.errors++
    side.latency[bin] = (side.latency[bin] ?? 0) + 1
  }
}

/** For how many seconds of one side's trouble are left at a moment; zero mostly. */
function troublesOf(
  { outages, stalls }: Simulated,
  minutes: number,
  random: () => number,
): (second: number) => { outage: number; stall: number } {
  const starts = { outages: timesOf(outages, minutes, random), stalls: timesOf(stalls, minutes, random) }
  const left = (times: readonly number[], seconds: number, at: number) => {
    const began = times.find((start) => at >= start && at < start + seconds)
    return began === undefined ? 0 : began + seconds - at
  }
  return (second) => ({
    outage: left(starts.outages, outages?.seconds ?? 0, second),
    stall: left(starts.stalls, stalls?.seconds ?? 0, second),
  })
}

/** When troubles begin, in seconds, at random. */
function timesOf(trouble: Trouble | undefined, minutes: number, random: () => number): number[] {
  const times: number[] = []
  if (trouble === undefined) return times
  for (;;) {
    const since = (times.at(-1) ?? 0) - 60 * trouble.everyMinutes * Math.log(1 - random())
    if (since > minutes * 60) return times
    times.push(since)
  }
}

/** How many of either side wait until the end of each bin, where all wait so many times as long. */
function binsOf(times: number, { medianMilliseconds, spread }: Simulated): { old: number[]; new: number[] } {
  const of = (median: number) => {
    const within = latencyBoundsMilliseconds.map(
      (bound) => 1 - upperTail(Math.log(bound / (times * median)) / spread),
    )
    return [...within, 1]
  }
  return { old: of(medianMilliseconds.old), new: of(medianMilliseconds.new) }
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
