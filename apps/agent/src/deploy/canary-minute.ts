import { asId, type DeploymentId } from '@slipway/core'
import type { CanaryJudgement } from '@slipway/pipeline/monitors'
import type { MinuteOfCanary } from '@slipway/protocol'
import { emptyTally, type Tally } from '../gate/route.ts'

/** What the gate has counted of a service until then, since it was started. */
export type Counted = { at: Date; old: Tally; new: Tally }

/** What was answered since the minute began, as far as it was looked at. */
export type CountedMinute = {
  /** Nothing before the first look. */
  startsAt: Date | undefined
  until: Counted | undefined
  old: Tally
  new: Tally
}

export function noMinute(serviceId: string): CountedMinute {
  return { startsAt: undefined, until: undefined, old: emptyTally(serviceId), new: emptyTally(serviceId) }
}

/** Adds what came since the last look to the minute in which that look was: to the minute by some seconds. */
export function countInto(minute: CountedMinute, now: Counted): CountedMinute {
  const { until, old } = minute
  if (until === undefined) return { ...minute, until: now }
  const more = { old: since(now.old, until.old), new: since(now.new, until.new) }
  // The gate was started anew and counts from nothing.
  if (more.old.requests < 0 || more.new.requests < 0) return { ...minute, until: now }
  const startsAt = new Date(Math.floor(until.at.getTime() / 60_000) * 60_000)
  const isSame = startsAt.getTime() === minute.startsAt?.getTime()
  const before = isSame ? minute : noMinute(old.serviceId)
  return {
    startsAt,
    until: now,
    old: together(before.old, more.old),
    new: together(before.new, more.new),
  }
}

/** As Slipway is told of it; nothing before anything was counted. */
export function minuteToReport(
  { startsAt, old, new: newer }: CountedMinute,
  of: { deploymentId: DeploymentId; percent: number; judgement: CanaryJudgement },
): MinuteOfCanary | undefined {
  if (startsAt === undefined) return undefined
  const answered = ({ requests, errors, latency }: Tally) => ({ requests, errors, latency })
  return {
    deploymentId: of.deploymentId,
    serviceId: asId('service', old.serviceId),
    minute: startsAt.toISOString(),
    percent: of.percent,
    old: answered(old),
    new: answered(newer),
    judgement: judgementOf(of.judgement),
  }
}

function judgementOf(judgement: CanaryJudgement): MinuteOfCanary['judgement'] {
  const { requests, errors, latency, whole } = judgement.figures
  const within = (share: number) => {
    const found = whole.latency.quantiles.find((one) => one.share === share)
    return { old: found?.oldMilliseconds ?? null, new: found?.newMilliseconds ?? null }
  }
  const failed = (share: number | null, of: number) => Math.round((share ?? 0) * of)
  return {
    is: judgement.is,
    worse: judgement.is === 'bad' ? judgement.worse : [],
    lacks: judgement.is === 'inconclusive' ? judgement.lacks : [],
    requests: { old: requests.old, new: requests.new },
    errors: {
      evidence: errors.evidence,
      min: errors.min,
      old: failed(whole.errors.oldShare, requests.old),
      new: failed(whole.errors.newShare, requests.new),
    },
    latency: {
      evidence: latency.evidence,
      min: latency.min,
      middle: within(0.5),
      slowestTwentieth: within(0.95),
    },
  }
}

/** What was counted between two moments. */
export function since(later: Tally, earlier: Tally): Tally {
  return {
    ...later,
    requests: later.requests - earlier.requests,
    errors: later.errors - earlier.errors,
    latency: later.latency.map((count, bin) => count - (earlier.latency[bin] ?? 0)),
  }
}

function together(one: Tally, other: Tally): Tally {
  const { serviceId, side } = one
  const sum = emptyTally(serviceId, side)
  for (const each of [one, other]) {
    sum.requests += each.requests
    sum.errors += each.errors
    sum.latency = sum.latency.map((count, bin) => count + (each.latency[bin] ?? 0))
  }
  return sum
}
