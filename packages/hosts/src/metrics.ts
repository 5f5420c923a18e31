import {
  asId,
  type Clock,
  type EnvironmentId,
  type HostId,
  type OrganisationId,
  type ServiceId,
} from '@slipway/core'
import { ensurePartition, type Tx } from '@slipway/db'
import type { MinuteOfHost } from '@slipway/protocol'
import { z } from 'zod'

/** Minutes that a host claims from further away than this are no minutes of ours. */
const awayMilliseconds = 86_400_000

const hostValues = z.object({
  cpuPercent: z.number(),
  memoryBytes: z.number(),
  memoryTotalBytes: z.number(),
  diskBytes: z.number(),
  diskTotalBytes: z.number(),
})
const serviceValues = z.object({
  requests: z.number(),
  errors: z.number(),
  latency: z.array(z.number()),
  cpuMilliseconds: z.number(),
  memoryBytes: z.number(),
})

/** Keeps a minute of a host and its services. The same minute twice is once. */
export async function storeMinute(
  tx: Tx,
  of: { organisationId: OrganisationId; hostId: HostId; minute: MinuteOfHost },
  clock: Clock,
): Promise<void> {
  const { organisationId, hostId } = of
  const { minute: startsAt, services, ...values } = of.minute
  const minute = new Date(startsAt)
  if (Math.abs(minute.getTime() - clock.now().getTime()) > awayMilliseconds) return
  await ensurePartition(tx, 'metric_minute', minute)
  const rows = [
    { serviceId: '', values: hostValues.parse(values) },
    ...services.map(({ serviceId, ...rest }) => ({ serviceId, values: serviceValues.parse(rest) })),
  ]
  for (const row of rows) {
    await tx.$executeRaw`
      insert into metric_minute (organisation_id, host_id, service_id, minute, "values")
      values (${organisationId}, ${hostId}, ${row.serviceId}, ${minute}, ${JSON.stringify(row.values)}::jsonb)
      on conflict do nothing`
  }
}

export type HostMinute = { hostId: HostId; minute: Date } & z.infer<typeof hostValues>
export type ServiceMinute = { hostId: HostId; serviceId: ServiceId; minute: Date } & z.infer<
  typeof serviceValues
>

/** The minutes of an environment's hosts and services since a moment, oldest first. */
export async function readMinutes(
  tx: Tx,
  of: { organisationId: OrganisationId; environmentId: EnvironmentId; since: Date },
): Promise<{ hosts: HostMinute[]; services: ServiceMinute[] }> {
  const { organisationId, environmentId, since } = of
  const hosts = await tx.host.findMany({ where: { organisationId, environmentId }, select: { id: true } })
  const rows = await tx.metricMinute.findMany({
    where: { organisationId, hostId: { in: hosts.map(({ id }) => id) }, minute: { gte: since } },
    orderBy: { minute: 'asc' },
  })
  return {
    hosts: rows.flatMap((row) =>
      row.serviceId === ''
        ? [{ hostId: asId('host', row.hostId), minute: row.minute, ...hostValues.parse(row.values) }]
        : [],
    ),
    services: rows.flatMap((row) =>
      row.serviceId === ''
        ? []
        : [
            {
              hostId: asId('host', row.hostId),
              serviceId: asId('service', row.serviceId),
              minute: row.minute,
              ...serviceValues.parse(row.values),
            },
          ],
    ),
  }
}
