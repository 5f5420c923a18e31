import type { Answers } from '../api/trpc.ts'
import type { ChartLine, TimeAxis, TimeChartProps } from '../ui/TimeChart.tsx'

export type CanaryShown = Answers['canaries']['get'][number]
type Minute = NonNullable<CanaryShown['minutes'][number]>
type Side = Minute['new']

/** Two points would look like a trend. */
const minutesMin = 5

/** The times of the charts' values, UTC. */
export function canaryAxisOf({ startsAt, minutes }: CanaryShown): TimeAxis {
  const start = Date.parse(startsAt)
  const count = Math.max(minutesMin, minutes.length)
  return {
    times: Array.from({ length: count }, (_, index) => start + index * 60_000),
    endsAt: start + count * 60_000,
    format: hourAndMinute,
    formatStep: (index) => hourAndMinute(start + index * 60_000),
  }
}

export const hourAndMinute = (at: number) => new Date(at).toISOString().slice(11, 16)

/** How often both releases failed and how long they took, in the same minutes. */
export function canaryCharts({ minutes }: CanaryShown): [errors: TimeChartProps, latency: TimeChartProps] {
  const last = minutes.findLast((minute) => minute !== null) ?? null
  return [
    {
      title: 'Errors',
      now: last && nowOf(last, percentOf, '%'),
      lines: linesOf(minutes, percentOf),
      axis: { least: 1, format: (value) => `${fine(value)} %` },
      say: (index) => sayOf(minutes[index], sayErrors),
      empty: 'No request was counted yet.',
    },
    {
      title: 'Latency p95',
      now: last && nowOf(last, ({ p95Milliseconds }) => p95Milliseconds, 'ms'),
      lines: linesOf(minutes, ({ p95Milliseconds }) => p95Milliseconds),
      axis: { least: 1, format: (value) => `${fine(value)} ms` },
      say: (index) => sayOf(minutes[index], sayLatency),
      empty: 'No request was counted yet.',
    },
  ]
}

function linesOf(minutes: CanaryShown['minutes'], of: (side: Side) => number | null): ChartLine[] {
  return [
    { label: 'old', tone: 'ink-3', values: minutes.map((minute) => minute && of(minute.old)) },
    { label: 'new', tone: 'accent', values: minutes.map((minute) => minute && of(minute.new)) },
  ]
}

function nowOf(minute: Minute, of: (side: Side) => number | null, unit: string): TimeChartProps['now'] {
  const [newer, old] = [of(minute.new), of(minute.old)]
  if (newer === null || old === null) return null
  return { figure: fine(newer), unit: `${unit} new, ${fine(old)} old` }
}

function sayOf(minute: Minute | null | undefined, say: (side: Side) => string): string | null {
  return minute ? `new ${say(minute.new)}; old ${say(minute.old)}` : null
}

function sayErrors(side: Side): string {
  const percent = percentOf(side)
  return percent === null
    ? 'no request'
    : `${fine(percent)} %, ${count(side.errors)} of ${count(side.requests)}`
}

function sayLatency({ p50Milliseconds: p50, p95Milliseconds: p95, p99Milliseconds: p99 }: Side): string {
  if (p50 === null || p95 === null || p99 === null) return 'no request'
  return `p50 ${fine(p50)}, p95 ${fine(p95)}, p99 ${fine(p99)} ms`
}

const percentOf = ({ errors, requests }: Side) => (requests > 0 ? (errors / requests) * 100 : null)

export const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 })
/** Small numbers keep the digits that tell them apart. */
const fine = (value: number) =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 1 ? 2 : value < 100 ? 1 : 0 })
