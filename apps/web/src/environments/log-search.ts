import type { Answers } from '../api/trpc.ts'
import { type DeploymentListed, deployedAt } from './deployment-words.ts'

export type LogSearchChosen = {
  text: string | null
  /** Name of a service; all of them without it. */
  service: string | null
  level: string | null
  /** Id of a host. */
  host: string | null
  /** One of `logPeriods`, or `release:<id of a deployment>`. */
  when: string | null
}

/** How far back a search of logs may look, beside "as far as there are any". */
export const logPeriods = [
  { value: '15m', label: 'Last 15 minutes', minutes: 15 },
  { value: '1h', label: 'Last hour', minutes: 60 },
  { value: '24h', label: 'Last 24 hours', minutes: 1440 },
  { value: '7d', label: 'Last 7 days', minutes: 10_080 },
] as const

export const logLevels = [
  { value: 'error', label: 'Error output' },
  { value: 'out', label: 'Usual output' },
  { value: 'slipway', label: 'Slipway itself' },
] as const

/** Lines are followed live until something is searched for; a service alone is followed too. */
export function isSearch({ text, level, host, when }: LogSearchChosen): boolean {
  return text !== null || level !== null || host !== null || when !== null
}

/**
 * From when until when lines are wanted. Of a deployment: from its beginning until the next one was live, because
 * a line says which service said it and when, not of which release it was.
 */
export function logSpan(
  when: string | null,
  now: Date,
  deployments: DeploymentListed[],
): { from?: string; until?: string } {
  const period = logPeriods.find(({ value }) => value === when)
  if (period) return { from: new Date(now.getTime() - period.minutes * 60_000).toISOString() }
  const place = deployments.findIndex(({ id }) => `release:${id}` === when)
  const deployment = deployments[place]
  if (deployment === undefined) return {}
  const next = deployments.slice(0, place).findLast(({ status }) => status === 'healthy')
  return { from: deployment.startedAt, ...(next ? { until: deployedAt(next) } : {}) }
}

/** "50,000 lines looked at, back to …": what a search that stopped has to say. */
export function linesLookedAt(pages: Answers['logs']['search'][]): number {
  return pages.reduce((sum, { linesRead }) => sum + linesRead, 0)
}
