import type { EnvironmentId, OrganisationId, ServiceId } from '@slipway/core'
import { Prisma, type Tx } from '@slipway/db'
import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { z } from 'zod'
import { type MetricSteps, onSteps } from './decide/metric-steps.ts'
import { percentileMilliseconds } from './decide/percentile.ts'

/** What an environment's hosts and services measured, on steps. Crosses the wire as it is. */
export type Metrics = {
  /** ISO: when the first step begins. */
  startsAt: string
  stepMinutes: number
  /** Of the services that were asked for, over all hosts. One a step, null where nobody measured. */
  services: Array<ServicesStep | null>
  /** Those that measured in this time, also hosts that are gone; oldest first. */
  hosts: Array<{
    id: string
    instanceId: string | null
    steps: Array<HostStep | null>
  }>
}
type ServicesStep = {
  /** How many of the step's minutes were measured: what `requests` and `errors` are the sum of. */
  minutes: number
  requests: number
  /** Answers of 500 and above, and requests that got none. */
  errors: number
  /** Of the requests of all these minutes together; null where there was none. */
  p50Milliseconds: number | null
  p95Milliseconds: number | null
  p99Milliseconds: number | null
  /** Of one processor: above 100 where more than one is used. */
  cpuPercent: Gauge
  memoryBytes: Gauge
}
type HostStep = {
  cpuPercent: Gauge
  memoryBytes: Gauge
  /** What there was then: a host can get another size. */
  memoryTotalBytes: number
  diskBytes: Gauge
  diskTotalBytes: number
}
/** Over the minutes of a step: a short peak is not lost by looking from further away. */
type Gauge = { mean: number; max: number }

/** Reads the minutes of an environment, downsampled to steps: counts summed, histograms merged, gauges as mean and highest. */
export async function readMetrics(
  tx: Tx,
  of: {
    organisationId: OrganisationId
    environmentId: EnvironmentId
    /** Of all services without it. */
    serviceId?: ServiceId | undefined
    steps: MetricSteps
  },
): Promise<Metrics> {
  const { organisationId, environmentId, serviceId, steps } = of
  const hosts = await tx.host.findMany({
    where: { organisationId, environmentId },
    orderBy: { createdAt: 'asc' },
    select: { id: true, instanceId: true },
  })
  const ids = hosts.map(({ id }) => id)
  const measured = await hostSteps(tx, minutesOf(organisationId, ids, steps), steps)
  return {
    startsAt: steps.startsAt.toISOString(),
    stepMinutes: steps.stepMinutes,
    services: await servicesSteps(tx, minutesOf(organisationId, ids, steps), serviceId, steps),
    hosts: hosts.flatMap(({ id, instanceId }) => {
      const own = measured.filter(({ hostId }) => hostId === id)
      if (own.length === 0) return []
      const shown = onSteps(steps, own).map((one) => {
        if (one === null) return null
        const { hostId: _, step: __, ...values } = one
        return values
      })
      return [{ id, instanceId, steps: shown }]
    }),
  }
}

function minutesOf(organisationId: OrganisationId, hostIds: string[], steps: MetricSteps): Prisma.Sql {
  const endsAt = new Date(steps.startsAt.getTime() + steps.count * steps.stepMinutes * 60_000)
  return Prisma.sql`metric_minute where organisation_id = ${organisationId} and host_id = any(${hostIds})
    and minute >= ${steps.startsAt} and minute < ${endsAt}`
}

/** In lengths of time since 1970, whatever the session's zone is. */
const stepOf = ({ stepMinutes }: MetricSteps) =>
  Prisma.sql`date_bin(make_interval(mins => ${stepMinutes}::int), minute, 'epoch'::timestamptz)`

const gauge = (value: string) =>
  Prisma.raw(`json_build_object('mean', avg(${value})::float8, 'max', max(${value})::float8)`)
const gaugeRow = z.object({ mean: z.number(), max: z.number() })

const servicesRow = z.object({
  step: z.date(),
  minutes: z.number(),
  requests: z.number(),
  errors: z.number(),
  latency: z.array(z.number()),
  cpuMilliseconds: gaugeRow,
  memoryBytes: gaugeRow,
})

async function servicesSteps(
  tx: Tx,
  minutes: Prisma.Sql,
  serviceId: ServiceId | undefined,
  steps: MetricSteps,
): Promise<Array<ServicesStep | null>> {
  const ofService =
    serviceId === undefined ? Prisma.sql`service_id <> ''` : Prisma.sql`service_id = ${serviceId}`
  const buckets = Array.from({ length: latencyBoundsMilliseconds.length + 1 }, (_, index) => index)
  const sumOfBucket = buckets.map((index) =>
    Prisma.raw(`sum(("values"->'latency'->>${index})::bigint) as b${index}`),
  )
  const sumAgain = buckets.map((index) => Prisma.raw(`sum(b${index})::float8`))
  // The minute of all hosts and services first: what they use at one time adds up, at different times it does not.
  const rows = await tx.$queryRaw`
    select ${stepOf(steps)} as step, count(*)::int as minutes,
      sum(requests)::float8 as requests, sum(errors)::float8 as errors,
      array[${Prisma.join(sumAgain)}] as latency,
      ${gauge('cpu')} as "cpuMilliseconds", ${gauge('memory')} as "memoryBytes"
    from (
      select minute, sum(("values"->>'requests')::bigint) as requests, sum(("values"->>'errors')::bigint) as errors,
        sum(("values"->>'cpuMilliseconds')::bigint) as cpu, sum(("values"->>'memoryBytes')::bigint) as memory,
        ${Prisma.join(sumOfBucket)}
      from ${minutes} and ${ofService} group by minute
    ) as measured
    group by 1 order by 1`
  return onSteps(steps, z.array(servicesRow).parse(rows)).map(
    (row) =>
      row && {
        minutes: row.minutes,
        requests: row.requests,
        errors: row.errors,
        p50Milliseconds: rounded(percentileMilliseconds(row.latency, 0.5)),
        p95Milliseconds: rounded(percentileMilliseconds(row.latency, 0.95)),
        p99Milliseconds: rounded(percentileMilliseconds(row.latency, 0.99)),
        cpuPercent: { mean: ofMinute(row.cpuMilliseconds.mean), max: ofMinute(row.cpuMilliseconds.max) },
        memoryBytes: whole(row.memoryBytes),
      },
  )
}

const hostRow = z.object({
  hostId: z.string(),
  step: z.date(),
  cpuPercent: gaugeRow,
  memoryBytes: gaugeRow,
  diskBytes: gaugeRow,
  memoryTotalBytes: z.number(),
  diskTotalBytes: z.number(),
})

async function hostSteps(
  tx: Tx,
  minutes: Prisma.Sql,
  steps: MetricSteps,
): Promise<Array<z.infer<typeof hostRow>>> {
  const value = (name: string) => `("values"->>'${name}')::float8`
  const highest = (name: string) => Prisma.raw(`max(${value(name)})`)
  const rows = await tx.$queryRaw`
    select host_id as "hostId", ${stepOf(steps)} as step,
      ${gauge(value('cpuPercent'))} as "cpuPercent", ${gauge(value('memoryBytes'))} as "memoryBytes",
      ${gauge(value('diskBytes'))} as "diskBytes",
      ${highest('memoryTotalBytes')} as "memoryTotalBytes", ${highest('diskTotalBytes')} as "diskTotalBytes"
    from ${minutes} and service_id = '' group by 1, 2 order by 2`
  return z
    .array(hostRow)
    .parse(rows)
    .map((row) => ({
      ...row,
      cpuPercent: { mean: tenth(row.cpuPercent.mean), max: tenth(row.cpuPercent.max) },
      memoryBytes: whole(row.memoryBytes),
      diskBytes: whole(row.diskBytes),
    }))
}

const tenth = (value: number) => Math.round(value * 10) / 10
const rounded = (value: number | null) => value && tenth(value)
const ofMinute = (milliseconds: number) => tenth(milliseconds / 600)
const whole = ({ mean, max }: Gauge): Gauge => ({ mean: Math.round(mean), max: Math.round(max) })
