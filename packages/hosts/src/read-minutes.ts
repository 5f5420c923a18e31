import type { EnvironmentId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { z } from 'zod'

/** What a service did in one minute, over all hosts. `latency` counts requests by the protocol's bounds. */
export type ServiceMinute = {
  minute: Date
  requests: number
  /** Answers of 500 and above, and requests that got none. */
  errors: number
  latency: number[]
}
export type HostMinute = { minute: Date; diskBytes: number; diskTotalBytes: number }

/** By the id of the service, and of the host; each oldest first, minutes that nobody measured left out. */
export type MinutesMeasured = { services: Map<string, ServiceMinute[]>; hosts: Map<string, HostMinute[]> }

const serviceValues = z.object({ requests: z.number(), errors: z.number(), latency: z.array(z.number()) })
const hostValues = z.object({ diskBytes: z.number(), diskTotalBytes: z.number() })

/** The minutes that began in `[from, until)`, one by one: for an hour or two, not for a chart of a week. */
export async function readMinutes(
  tx: Tx,
  of: { organisationId: OrganisationId; environmentId: EnvironmentId; from: Date; until: Date },
): Promise<MinutesMeasured> {
  const { organisationId, environmentId, from, until } = of
  const hosts = await tx.host.findMany({
    where: { organisationId, environmentId, state: { not: 'gone' } },
    select: { id: true },
  })
  const rows = await tx.metricMinute.findMany({
    where: { organisationId, hostId: { in: hosts.map(({ id }) => id) }, minute: { gte: from, lt: until } },
    orderBy: { minute: 'asc' },
  })
  const found: MinutesMeasured = { services: new Map(), hosts: new Map() }
  for (const { hostId, serviceId, minute, values } of rows) {
    if (serviceId === '') {
      const { diskBytes, diskTotalBytes } = hostValues.parse(values)
      const list = found.hosts.get(hostId) ?? []
      found.hosts.set(hostId, [...list, { minute, diskBytes, diskTotalBytes }])
      continue
    }
    const list = found.services.get(serviceId) ?? []
    const last = list.at(-1)
    const own = { minute, ...serviceValues.parse(values) }
    // Another host's share of the same minute.
    if (last?.minute.getTime() === minute.getTime()) list[list.length - 1] = together(last, own)
    else list.push(own)
    found.services.set(serviceId, list)
  }
  return found
}

function together(one: ServiceMinute, other: ServiceMinute): ServiceMinute {
  return {
    minute: one.minute,
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    latency: one.latency.map((count, index) => count + (other.latency[index] ?? 0)),
  }
}
