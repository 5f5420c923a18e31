import { asId, type Clock, type CloudAccountId, type HostId, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import type { AgentMessage, ServiceHealth } from '@slipway/protocol'
import { announceHost } from './register.ts'

export type KnownHost = {
  id: HostId
  organisationId: OrganisationId
  cloudAccountId: CloudAccountId
  kind: string
  environmentId: string | undefined
  /** The key that was admitted; none before the first proof. */
  publicKey: string | undefined
}

/** The host that an agent names when it says hello, before anything it says is believed. Not one that is gone. */
export function findConnectingHost(db: Database, id: HostId): Promise<KnownHost | undefined> {
  return db.inSystem('find a host that connects', async (tx) => {
    const row = await tx.host.findUnique({ where: { id } })
    if (!row || row.state === 'gone') return undefined
    return {
      id,
      organisationId: asId('organisation', row.organisationId),
      cloudAccountId: asId('cloudAccount', row.cloudAccountId),
      kind: row.kind,
      environmentId: row.environmentId ?? undefined,
      publicKey: row.publicKey ?? undefined,
    }
  })
}

type Hello = Pick<Extract<AgentMessage, { type: 'hello' }>, 'agent' | 'protocol' | 'boot' | 'architecture'>

/** Its channel is open. The moment that comes back names this connection for `hostLost`. */
export async function hostConnected(tx: Tx, id: HostId, hello: Hello, clock: Clock): Promise<Date> {
  const connectedAt = clock.now()
  const { agent, protocol, boot, architecture } = hello
  await tx.host.updateMany({
    where: { id, state: { not: 'gone' } },
    data: { state: 'online', agent, protocol, boot, architecture, connectedAt, lastSeenAt: connectedAt },
  })
  // A runner that has nothing to do from the start is as idle as one that has finished.
  await tx.host.updateMany({
    where: { id, kind: 'runner', idleSince: null, commands: { none: { endedAt: null } } },
    data: { idleSince: connectedAt },
  })
  await announceHost(tx, id)
  return connectedAt
}

/** That connection is over. A newer one is left alone. */
export async function hostLost(tx: Tx, id: HostId, connectedAt: Date, clock: Clock): Promise<void> {
  const { count } = await tx.host.updateMany({
    where: { id, connectedAt, state: 'online' },
    data: { state: 'offline', connectedAt: null, lastSeenAt: clock.now() },
  })
  if (count > 0) await announceHost(tx, id)
}

/** How its services are, as the agent says it: at each change and every minute. */
export async function storeHealth(
  tx: Tx,
  id: HostId,
  services: ServiceHealth[],
  clock: Clock,
): Promise<void> {
  await tx.host.updateMany({ where: { id }, data: { health: services, lastSeenAt: clock.now() } })
  await announceHost(tx, id)
}
