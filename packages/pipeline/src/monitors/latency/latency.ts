import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { chanceMax, chanceOfHigher } from '../decide/chance.ts'
import type { Judgement, Monitor, ServiceFacts, Traffic } from '../monitor.ts'

/** The rank test is an approximation that holds from here on. */
const requestsMin = 50
/** What nobody notices is no reason to go back. */
const slowerMillisecondsMin = 200

/** What the slowest twentieth of requests waits at most without being far above what was usual. Undefined where too few came to know. */
export function slowMillisecondsMax(before: Traffic | undefined): number | undefined {
  if (before === undefined || before.requests < requestsMin) return undefined
  const usual = slowestTwentieth(before)
  return Math.max(2 * usual, usual + slowerMillisecondsMin)
}

/** Answers take far longer than with the release before: the slowest twentieth twice as long and 200 ms more. */
export const latency: Monitor = {
  name: 'latency',
  judge: ({ services, look, isWarm }) =>
    services.map((service) => judgeService(service, isWarm, chanceMax(look, services.length))),
}

function judgeService(service: ServiceFacts, isWarm: boolean, chance: number): Judgement {
  const { name, before, now, requestsPerMinute } = service
  const slowMax = slowMillisecondsMax(before)
  if (before === undefined || slowMax === undefined) {
    const words = `${name}: too few requests came before the switch to compare waits with.`
    return { is: 'inconclusive', words, wantsMore: false }
  }
  if (!isWarm || now.requests < requestsMin) {
    const words = `${name}: too few requests were answered since it is warm to compare waits with.`
    return { is: 'inconclusive', words, wantsMore: requestsPerMinute >= requestsMin }
  }
  const slow = slowestTwentieth(now)
  const usual = slowestTwentieth(before)
  const words = `${name}: nineteen of twenty requests were answered within ${milliseconds(slow)}; before the switch within ${milliseconds(usual)}.`
  if (slow < slowMax || chanceOfHigher(now.latency, before.latency) >= chance) return { is: 'fine', words }
  return { is: 'red', words, error: failed(name, slow, usual) }
}

/** How long nineteen of twenty requests waited at most, in milliseconds; interpolated within its bucket. */
export function slowestTwentieth({ latency: counts, requests }: Traffic): number {
  let left = requests * 0.95
  for (const [bucket, count] of counts.entries()) {
    if (count >= left && count > 0) {
      const from = latencyBoundsMilliseconds[bucket - 1] ?? 0
      const to = latencyBoundsMilliseconds[bucket] ?? from * 2
      return from + ((to - from) * left) / count
    }
    left -= count
  }
  return 0
}

const milliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

function failed(name: string, slow: number, usual: number) {
  return {
    code: 'app-slowed-down',
    kind: 'failed' as const,
    what: `${name} answers far more slowly under the new release: nineteen of twenty requests within ${milliseconds(slow)}.`,
    why: `In the minutes before the switch it was ${milliseconds(usual)}.`,
    todo: 'Look for what the change made slow: a query without an index, a call that waits, a cache that is cold.',
  }
}
