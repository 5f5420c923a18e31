import type { PlannedMonitor } from '@slipway/manifest'
import { isFreshMinute } from '../../decide/judge-bake.ts'
import type { Look } from '../../decide/look.ts'
import type { Figures } from '../../figures.ts'

export type Rule = Pick<Extract<PlannedMonitor, { kind: 'metric' }>, 'metric' | 'is' | 'value'>

/** “p99 < 300 ms”. */
export function ruleWords({ metric, is, value }: Rule): string {
  return `${metric} ${is === 'below' ? '<' : '>'} ${inUnit(metric, value)}`
}

/**
 * Looks at the newest full minute of each environment that the new release had for itself. Red anywhere is red; fine
 * is only what was measured and well everywhere.
 */
export function judgeMetric(rule: Rule, all: readonly Figures[], now: Date): Look {
  const newest = all.map((figures) => ({ region: figures.region, ...newestOf(rule.metric, figures, now) }))
  const measured = newest.flatMap(({ region, at, value }) =>
    at === undefined || value === undefined ? [] : [{ region, at, value }],
  )
  const red = measured.filter(({ value }) => !isWell(rule, value))
  if (red.length > 0) {
    const words = red.map(({ region, value }) => `${inUnit(rule.metric, value)} in ${region}`).join(', ')
    return { is: 'red', of: latest(red), words }
  }
  const silent = newest.filter(({ value }) => value === undefined)
  if (silent.length > 0 || measured.length === 0) {
    const words = silent.map(
      ({ region, at }) => `no ${at === undefined ? 'figures' : 'requests'} from ${region}`,
    )
    return { is: 'inconclusive', of: now.toISOString(), words: words.join(', ') || 'nothing to measure' }
  }
  const words = measured.map(({ region, value }) => `${inUnit(rule.metric, value)} in ${region}`).join(', ')
  return { is: 'fine', of: latest(measured), words }
}

/** The newest minute that somebody measured, and the figure of it: undefined where there is none to tell. */
function newestOf(
  metric: Rule['metric'],
  { from, metrics }: Figures,
  now: Date,
): { at: Date | undefined; value: number | undefined } {
  const begin = Date.parse(metrics.startsAt)
  for (let step = metrics.services.length - 1; step >= 0; step--) {
    const at = new Date(begin + step * 60_000)
    if (at < from || !isFreshMinute(at, now)) continue
    const value = valueAt(metric, metrics, step)
    if (value !== undefined) return { at, value: value ?? undefined }
  }
  return { at: undefined, value: undefined }
}

/** Undefined where the minute was not measured, null where it was and there is no such figure: no requests, no share of them. */
function valueAt(metric: Rule['metric'], { services, hosts }: Figures['metrics'], step: number) {
  const answered = services[step]
  switch (metric) {
    case 'requests':
      return answered?.requests
    case 'errors':
      if (!answered) return undefined
      return answered.requests === 0 ? null : answered.errors / answered.requests
    case 'p50':
      return answered?.p50Milliseconds
    case 'p95':
      return answered?.p95Milliseconds
    case 'p99':
      return answered?.p99Milliseconds
    case 'cpu':
      return highest(hosts, step, ({ cpuPercent }) => cpuPercent.max / 100)
    case 'memory':
      return highest(hosts, step, ({ memoryBytes, memoryTotalBytes }) => memoryBytes.max / memoryTotalBytes)
    case 'disk':
      return highest(hosts, step, ({ diskBytes, diskTotalBytes }) => diskBytes.max / diskTotalBytes)
  }
}

type HostStep = NonNullable<Figures['metrics']['hosts'][number]['steps'][number]>

function highest(hosts: Figures['metrics']['hosts'], step: number, of: (host: HostStep) => number) {
  const values = hosts.flatMap(({ steps }) => {
    const measured = steps[step]
    return measured ? [of(measured)] : []
  })
  return values.length === 0 ? undefined : Math.max(...values)
}

function isWell({ is, value: limit }: Rule, value: number): boolean {
  return is === 'below' ? value < limit : value > limit
}

function latest(minutes: readonly { at: Date }[]): string {
  return new Date(Math.max(...minutes.map(({ at }) => at.getTime()))).toISOString()
}

function inUnit(metric: Rule['metric'], value: number): string {
  const digits = (most: number) => value.toLocaleString('en-GB', { maximumFractionDigits: most })
  switch (metric) {
    case 'requests':
      return `${digits(1)} a minute`
    case 'p50':
    case 'p95':
    case 'p99':
      return `${digits(1)} ms`
    case 'errors':
    case 'cpu':
    case 'memory':
    case 'disk':
      return `${(value * 100).toLocaleString('en-GB', { maximumFractionDigits: 2 })} %`
  }
}
