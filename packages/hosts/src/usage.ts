import type { Clock, HostId, OrganisationId, ServiceId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { enqueueNamed } from '@slipway/jobs'
import type { AgentMessage } from '@slipway/protocol'

type Alive = Extract<AgentMessage, { type: 'alive' }>
/** What billing handles; it stands on the same floor, so it is known by name alone. */
const recordUsage = 'billing.record-usage'

/**
 * A host says that services ran until now. What counts is when we heard it: that goes to billing, in this
 * transaction, for those services that are of the host's own environment.
 */
export async function recordAlive(
  tx: Tx,
  of: { organisationId: OrganisationId; hostId: HostId; environmentId: string | undefined; alive: Alive },
  clock: Clock,
): Promise<void> {
  const { organisationId, hostId, environmentId, alive } = of
  const receivedAt = clock.now()
  await tx.host.updateMany({ where: { id: hostId }, data: { lastSeenAt: receivedAt } })
  if (!environmentId) return
  const own = new Set(
    (await tx.service.findMany({ where: { environmentId }, select: { id: true } })).map(({ id }) => id),
  )
  const bySeconds = Map.groupBy(
    alive.services.filter(({ serviceId }) => own.has(serviceId)),
    ({ seconds }) => seconds,
  )
  for (const [seconds, services] of bySeconds) {
    const serviceIds: ServiceId[] = services.map(({ serviceId }) => serviceId)
    await enqueueNamed(
      tx,
      {
        name: recordUsage,
        payload: {
          organisationId,
          hostId,
          boot: alive.boot,
          sequence: alive.sequence,
          receivedAt: receivedAt.toISOString(),
          seconds,
          serviceIds,
        },
      },
      { organisationId, key: `alive:${alive.boot}:${alive.sequence}:${seconds}` },
    )
  }
}
