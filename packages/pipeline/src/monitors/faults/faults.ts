import { chanceMax, chanceOfMore, chanceOfSoMany } from '../decide/chance.ts'
import type { Judgement, Monitor, ServiceFacts, Traffic } from '../monitor.ts'

/** With fewer, one unlucky visitor would decide. */
const requestsMin = 20
/** As many are enough to see one fault in fifty. */
const requestsEnough = 200
/** Where the release before was not asked often enough to know: more faults than this are not usual. */
const usualShare = 0.05

/** A share of failed requests that is far above what was usual before; of 1. */
export function faultShareMax(before: Traffic | undefined): number {
  const usual = before && before.requests >= requestsMin ? before.faults / before.requests : usualShare
  return 2 * usual + 0.01
}

/** More requests fail than did with the release before: at least twice the share and one in a hundred more. */
export const faults: Monitor = {
  name: 'faults',
  judge: ({ services, look }) =>
    services.map((service) => judgeService(service, chanceMax(look, services.length))),
}

function judgeService(service: ServiceFacts, chance: number): Judgement {
  const { name, now, requestsPerMinute } = service
  const before = service.before && service.before.requests >= requestsMin ? service.before : undefined
  const words = `${name}: ${inWords(now)}${before ? `; before the switch ${inWords(before)}` : ''}.`
  if (now.requests < requestsMin)
    return { is: 'inconclusive', words, wantsMore: requestsPerMinute >= requestsMin }
  const isFarAbove = now.faults / now.requests >= faultShareMax(before)
  const hits = { of: now.requests, hits: now.faults }
  const likely = before
    ? chanceOfMore(hits, { of: before.requests, hits: before.faults })
    : chanceOfSoMany(hits, usualShare)
  if (isFarAbove && likely < chance) return { is: 'red', words, error: failed(service, before) }
  if (now.requests >= requestsEnough) return { is: 'fine', words }
  return { is: 'inconclusive', words, wantsMore: requestsPerMinute >= requestsEnough }
}

function inWords({ requests, faults }: Traffic): string {
  const percent = requests === 0 ? 0 : (100 * faults) / requests
  return `${faults} of ${requests} requests failed${requests > 0 ? ` (${percent.toFixed(1)} %)` : ''}`
}

function failed({ name, now }: ServiceFacts, before: Traffic | undefined) {
  return {
    code: 'app-faults-rose',
    kind: 'failed' as const,
    what: `${name} answered with faults under the new release: ${inWords(now)}.`,
    why: before
      ? `In the minutes before the switch ${inWords(before)}. A fault is an answer of 500 and above, or none.`
      : `Too few requests came before the switch to compare with; more than ${100 * usualShare} % is not usual. A fault is an answer of 500 and above, or none.`,
    todo: 'Read the log of the service from those seconds: the fault is in what it answers visitors, not in its health path.',
  }
}
