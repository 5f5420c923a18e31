import type { Judgement, Monitor, ServiceFacts, Traffic } from '../monitor.ts'

/** So many that none by chance is out of the question, also where visitors come in bursts. */
const expectedMin = 30
const secondsMin = 10

/** So many seconds without a request are not by chance. Undefined where requests came with pauses before. */
export function silentSecondsMax(before: Traffic | undefined): number | undefined {
  const perSecond = before?.isSteady ? before.requests / before.seconds : 0
  return perSecond > 0 ? Math.max(secondsMin, expectedMin / perSecond) : undefined
}

/** Nobody asks any more, though requests came without a pause until the switch. */
export const requests: Monitor = {
  name: 'requests',
  judge: ({ services }) => services.map(judgeService),
}

function judgeService({ name, before, now }: ServiceFacts): Judgement {
  const perSecond = before?.isSteady ? before.requests / before.seconds : 0
  const words = `${name}: ${now.requests} requests in ${Math.round(now.seconds)} seconds; before the switch ${Math.round(perSecond * 60)} a minute.`
  if (now.requests > 0) return { is: 'fine', words }
  if (now.seconds >= (silentSecondsMax(before) ?? Number.POSITIVE_INFINITY))
    return { is: 'red', words, error: failed(name, now.seconds, perSecond) }
  return { is: 'inconclusive', words, wantsMore: perSecond * 60 >= expectedMin }
}

function failed(name: string, seconds: number, perSecond: number) {
  return {
    code: 'app-requests-stopped',
    kind: 'failed' as const,
    what: `No request reached ${name} for ${Math.round(seconds)} seconds after the switch to the new release.`,
    why: `Until then ${Math.round(perSecond * 60)} a minute came without a pause.`,
    todo: 'See whether what calls the service was changed or stopped at the same time; if so, push the commit again and deploy it by hand.',
  }
}
