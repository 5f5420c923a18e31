import type { Answers } from '../api/trpc.ts'
import { formatBytes } from '../ui/format-time.ts'
import type { ChartLine, TimeAxis, TimeChartProps } from '../ui/TimeChart.tsx'

type Metrics = Answers['metrics']['get']
type Step = Metrics['services'][number]
type Host = Metrics['hosts'][number]
type HostStep = NonNullable<Host['steps'][number]>
type Gauge = { mean: number; max: number }

/** Newer than this many steps is "now"; what is older is not said of it. */
const nowSteps = 2

/** The times of the charts' values, UTC. */
export function timeAxisOf({ startsAt, stepMinutes, services }: Metrics): TimeAxis {
  const start = Date.parse(startsAt)
  const step = stepMinutes * 60_000
  const isLong = services.length * stepMinutes > 24 * 60
  return {
    times: services.map((_, index) => start + index * step),
    endsAt: start + services.length * step,
    format: isLong ? dayAndMonth : hourAndMinute,
    formatStep: (index) => {
      const from = start + index * step
      const day = isLong ? `${dayAndMonth(from)}, ` : ''
      return stepMinutes === 1
        ? hourAndMinute(from)
        : `${day}${hourAndMinute(from)} to ${hourAndMinute(from + step)}`
    },
  }
}

const hourAndMinute = (at: number) => new Date(at).toISOString().slice(11, 16)
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const dayAndMonth = (at: number) => day.format(at)

/** Six charts of an environment; `service` is whose they are where one was chosen, else they are of all and of the hosts. */
export function metricCharts(metrics: Metrics, service: string | null): TimeChartProps[] {
  const of = service === null ? '' : ` of ${service}`
  return [
    requests(metrics),
    errors(metrics),
    latency(metrics),
    service === null ? hostCpu(metrics) : serviceCpu(metrics, of),
    service === null ? hostMemory(metrics) : serviceMemory(metrics, of),
    hostDisk(metrics),
  ]
}

const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 })
/** Small numbers keep the digits that tell them apart. */
const fine = (value: number) =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 1 ? 2 : value < 100 ? 1 : 0 })

function newest<T>(steps: Array<T | null>): T | null {
  return steps.slice(-nowSteps).findLast((step) => step !== null) ?? null
}

function requests({ services, stepMinutes }: Metrics): TimeChartProps {
  const aMinute = (step: NonNullable<Step>) => step.requests / step.minutes
  const last = newest(services)
  return {
    title: 'Requests',
    now: last && { figure: fine(aMinute(last)), unit: 'a minute' },
    lines: [{ label: 'requests', tone: 'accent', values: services.map((step) => step && aMinute(step)) }],
    axis: { least: 1, format: fine },
    say: (index) => {
      const step = services[index]
      if (!step) return null
      const all = `${count(step.requests)} ${step.requests === 1 ? 'request' : 'requests'}`
      return stepMinutes === 1 ? all : `${fine(aMinute(step))} a minute, ${all}`
    },
    empty: 'No request was measured in this time.',
  }
}

function errors({ services }: Metrics): TimeChartProps {
  const percent = (step: Step) => (step && step.requests > 0 ? (step.errors / step.requests) * 100 : null)
  const last = percent(newest(services))
  return {
    title: 'Errors',
    now: last === null ? null : { figure: fine(last), unit: '%' },
    lines: [{ label: 'errors', tone: 'accent', values: services.map(percent) }],
    axis: { least: 1, format: (value) => `${fine(value)} %` },
    say: (index) => {
      const step = services[index]
      const share = percent(step ?? null)
      if (!step) return null
      return share === null
        ? 'no request'
        : `${fine(share)} %, ${count(step.errors)} of ${count(step.requests)}`
    },
    empty: 'No request was measured in this time, so none failed.',
  }
}

function latency({ services }: Metrics): TimeChartProps {
  const last = newest(services)?.p99Milliseconds ?? null
  const line = (label: string, tone: ChartLine['tone'], of: (step: NonNullable<Step>) => number | null) => ({
    label,
    tone,
    values: services.map((step) => step && of(step)),
  })
  return {
    title: 'Latency',
    now: last === null ? null : { figure: fine(last), unit: 'ms p99' },
    lines: [
      line('p99', 'accent', (step) => step.p99Milliseconds),
      line('p95', 'ink-2', (step) => step.p95Milliseconds),
      line('p50', 'ink-3', (step) => step.p50Milliseconds),
    ],
    axis: { least: 1, format: (value) => `${fine(value)} ms` },
    say: (index) => {
      const step = services[index]
      if (!step) return null
      const { p50Milliseconds: p50, p95Milliseconds: p95, p99Milliseconds: p99 } = step
      if (p50 === null || p95 === null || p99 === null) return 'no request'
      return `p50 ${fine(p50)} ms, p95 ${fine(p95)} ms, p99 ${fine(p99)} ms`
    },
    empty: 'No request was measured in this time.',
  }
}

const notMeasured = 'No minute was measured in this time. A host says its figures once a minute.'

/** One host: its mean and its highest. More: the mean of each, by the end of its instance's id. */
function hostLines(hosts: Host[], of: (step: HostStep) => Gauge): ChartLine[] {
  const [only] = hosts
  if (hosts.length === 1 && only !== undefined) {
    const gauges = only.steps.map((step) => step && of(step))
    return meanAndHighest(gauges)
  }
  const tones = ['accent', 'ink-2', 'ink-3'] as const
  return hosts.map((host, index) => ({
    label: nameOf(host),
    tone: tones[index % tones.length] ?? 'ink-3',
    values: host.steps.map((step) => step && of(step).mean),
  }))
}

function meanAndHighest(gauges: Array<Gauge | null>): ChartLine[] {
  const mean: ChartLine = {
    label: 'mean',
    tone: 'accent',
    values: gauges.map((gauge) => gauge?.mean ?? null),
  }
  const highest = gauges.map((gauge) => gauge?.max ?? null)
  const isSame = highest.every((value, index) => value === mean.values[index])
  return isSame ? [mean] : [{ label: 'highest', tone: 'ink-3', values: highest }, mean]
}

const nameOf = ({ instanceId, id }: Host) => `…${(instanceId ?? id).slice(-5)}`

function sayHosts(hosts: Host[], index: number, say: (step: HostStep) => string): string | null {
  const said = hosts.flatMap((host) => {
    const step = host.steps[index]
    return step ? [hosts.length === 1 ? say(step) : `${nameOf(host)} ${say(step)}`] : []
  })
  return said.length === 0 ? null : said.join('; ')
}

const sayGauge = ({ mean, max }: Gauge, format: (value: number) => string) =>
  mean === max ? format(mean) : `${format(mean)}, highest ${format(max)}`

const percentOf = ({ mean, max }: Gauge, whole: number): Gauge =>
  whole === 0 ? { mean: 0, max: 0 } : { mean: (mean / whole) * 100, max: (max / whole) * 100 }
const percent = (value: number) => `${fine(value)} %`

/** The figure of the newest host: the one that runs what is live. */
function newestOf<T>(hosts: Host[], of: (step: HostStep) => T): T | null {
  const found = hosts.flatMap((host) => {
    const step = newest(host.steps)
    return step ? [of(step)] : []
  })
  return found.at(-1) ?? null
}

function hostCpu({ hosts }: Metrics): TimeChartProps {
  return {
    title: 'CPU',
    now: newestOf(hosts, ({ cpuPercent }) => ({ figure: fine(cpuPercent.mean), unit: '% of the host' })),
    lines: hostLines(hosts, ({ cpuPercent }) => cpuPercent),
    axis: { end: 100, format: percent },
    say: (index) => sayHosts(hosts, index, ({ cpuPercent }) => sayGauge(cpuPercent, percent)),
    empty: notMeasured,
  }
}

function hostMemory({ hosts }: Metrics): TimeChartProps {
  return {
    title: 'Memory',
    now: newestOf(hosts, ({ memoryBytes, memoryTotalBytes }) => ({
      figure: fine(percentOf(memoryBytes, memoryTotalBytes).mean),
      unit: `% of ${formatBytes(memoryTotalBytes)}`,
    })),
    lines: hostLines(hosts, ({ memoryBytes, memoryTotalBytes }) => percentOf(memoryBytes, memoryTotalBytes)),
    axis: { end: 100, format: percent },
    say: (index) =>
      sayHosts(
        hosts,
        index,
        ({ memoryBytes, memoryTotalBytes }) =>
          `${sayGauge(memoryBytes, formatBytes)} of ${formatBytes(memoryTotalBytes)}`,
      ),
    empty: notMeasured,
  }
}

function hostDisk({ hosts }: Metrics): TimeChartProps {
  return {
    title: 'Disk',
    now: newestOf(hosts, ({ diskBytes, diskTotalBytes }) => ({
      figure: formatBytes(diskBytes.mean),
      unit: `of ${formatBytes(diskTotalBytes)}`,
    })),
    lines: hostLines(hosts, ({ diskBytes, diskTotalBytes }) => percentOf(diskBytes, diskTotalBytes)),
    axis: { end: 100, format: percent },
    say: (index) =>
      sayHosts(
        hosts,
        index,
        ({ diskBytes, diskTotalBytes }) =>
          `${sayGauge(diskBytes, formatBytes)} of ${formatBytes(diskTotalBytes)}`,
      ),
    empty: notMeasured,
  }
}

function serviceCpu({ services }: Metrics, of: string): TimeChartProps {
  const last = newest(services)
  return {
    title: `CPU${of}`,
    now: last && { figure: fine(last.cpuPercent.mean), unit: '% of one processor' },
    lines: meanAndHighest(services.map((step) => step?.cpuPercent ?? null)),
    axis: { least: 1, format: percent },
    say: (index) => {
      const step = services[index]
      return step ? sayGauge(step.cpuPercent, percent) : null
    },
    empty: notMeasured,
  }
}

function serviceMemory({ services }: Metrics, of: string): TimeChartProps {
  const last = newest(services)
  return {
    title: `Memory${of}`,
    now: last && { figure: formatBytes(last.memoryBytes.mean), unit: '' },
    lines: meanAndHighest(services.map((step) => step?.memoryBytes ?? null)),
    axis: { least: 1_000_000, format: formatBytes },
    say: (index) => {
      const step = services[index]
      return step ? sayGauge(step.memoryBytes, formatBytes) : null
    },
    empty: notMeasured,
  }
}
