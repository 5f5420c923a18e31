import type { Clock, HostId, OrganisationId } from '@slipway/core'
import { announce, ensurePartition, type Tx } from '@slipway/db'
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

/** Keeps a minute of a host and its services, and tells whoever looks. The same minute twice is once. */
export async function storeMinute(
  tx: Tx,
  of: {
    organisationId: OrganisationId
    hostId: HostId
    /** None of a runner. */
    environmentId: string | undefined
    minute: MinuteOfHost
  },
  clock: Clock,
): Promise<void> {
  const { organisationId, hostId, environmentId } = of
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
  if (environmentId !== undefined) await announce(tx, organisationId, `metrics:${environmentId}`)
}
