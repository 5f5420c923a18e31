import {
  asId,
  type CloudAccountId,
  type EnvironmentId,
  type HostId,
  type OrganisationId,
} from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { ServiceHealth } from '@slipway/protocol'
import { z } from 'zod'

/** What is shown of a host. Dates as ISO strings: this crosses the wire as it is. */
export type HostView = {
  id: HostId
  kind: 'host' | 'runner'
  region: string
  state: string
  instanceId?: string
  instanceType?: string
  architecture?: string
  address?: string
  agent?: string
  connectedAt?: string
  lastSeenAt?: string
  idleSince?: string
  services: Array<
    Pick<
      ServiceHealth,
      'serviceId' | 'name' | 'state' | 'since' | 'restarts' | 'reason' | 'releaseId' | 'deploymentId'
    >
  >
}

// Stored as the agent said it, after it was checked; an older row may lack newer fields.
const storedHealth = z.array(
  z.object({
    serviceId: z.string().transform((id) => asId('service', id)),
    name: z.string(),
    state: z.enum(['starting', 'healthy', 'unhealthy', 'crashed', 'stopped']),
    since: z.string(),
    restarts: z.number().default(0),
    reason: z.string().optional(),
    releaseId: z.string().transform((id) => asId('release', id)),
    deploymentId: z.string().transform((id) => asId('deployment', id)),
  }),
)

/** The hosts of an environment with the health of their services, those that are gone left out. */
export async function environmentHosts(
  tx: Tx,
  of: { organisationId: OrganisationId; environmentId: EnvironmentId },
): Promise<HostView[]> {
  const rows = await tx.host.findMany({
    where: { ...of, state: { not: 'gone' } },
    orderBy: { createdAt: 'asc' },
  })
  return rows.map(viewOf)
}

/** The runners of a cloud account. */
export async function accountRunners(
  tx: Tx,
  of: { organisationId: OrganisationId; cloudAccountId: CloudAccountId },
): Promise<HostView[]> {
  const rows = await tx.host.findMany({
    where: { ...of, kind: 'runner', state: { not: 'gone' } },
    orderBy: { createdAt: 'asc' },
  })
  return rows.map(viewOf)
}

type Row = Awaited<ReturnType<Tx['host']['findMany']>>[number]

function viewOf(row: Row): HostView {
  const health = storedHealth.safeParse(row.health)
  return {
    id: asId('host', row.id),
    kind: row.kind === 'runner' ? 'runner' : 'host',
    region: row.region,
    state: row.state,
    ...(row.instanceId ? { instanceId: row.instanceId } : {}),
    ...(row.instanceType ? { instanceType: row.instanceType } : {}),
    ...(row.architecture ? { architecture: row.architecture } : {}),
    ...(row.address ? { address: row.address } : {}),
    ...(row.agent ? { agent: row.agent } : {}),
    ...(row.connectedAt ? { connectedAt: row.connectedAt.toISOString() } : {}),
    ...(row.lastSeenAt ? { lastSeenAt: row.lastSeenAt.toISOString() } : {}),
    ...(row.idleSince ? { idleSince: row.idleSince.toISOString() } : {}),
    services: health.success ? health.data.map(withoutUndefined) : [],
  }
}

function withoutUndefined({
  reason,
  ...rest
}: z.infer<typeof storedHealth>[number]): HostView['services'][number] {
  return { ...rest, ...(reason === undefined ? {} : { reason }) }
}
