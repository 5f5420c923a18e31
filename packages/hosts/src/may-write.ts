import type { HostId } from '@slipway/core'
import type { Tx } from '@slipway/db'

/**
 * Whether a host may write into a stream: its own environment's services, and the builds, steps,
 * deployments and runs it was given. An agent is believed about itself, never about its neighbours.
 */
export async function mayWrite(
  tx: Tx,
  of: { hostId: HostId; environmentId: string | undefined; stream: string },
): Promise<boolean> {
  const { hostId, environmentId, stream } = of
  const [kind, id] = stream.split(':')
  switch (kind) {
    case 'service':
      return environmentId !== undefined && id === environmentId
    case 'build':
      return wasGiven(tx, hostId, 'build', ['spec', 'executionId'], id)
    case 'check':
      return wasGiven(tx, hostId, 'step', ['spec', 'stream'], stream)
    case 'run':
      return wasGiven(tx, hostId, 'run', ['spec', 'runId'], id)
    case 'deployment':
      // A host's own, or that of a site whose files a runner lays out.
      return (
        (await wasGiven(tx, hostId, 'deploy', ['spec', 'deploymentId'], id)) ||
        wasGiven(tx, hostId, 'site', ['spec', 'deploymentId'], id)
      )
    default:
      return false
  }
}

async function wasGiven(
  tx: Tx,
  hostId: HostId,
  kind: string,
  path: string[],
  id: string | undefined,
): Promise<boolean> {
  const found = await tx.hostCommand.findFirst({
    where: { hostId, kind, command: { path, equals: id ?? '' } },
    select: { id: true },
  })
  return found !== null
}
