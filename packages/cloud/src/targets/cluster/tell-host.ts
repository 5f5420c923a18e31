import { type HostCommandId, type HostId, isId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { sendCommand } from '@slipway/hosts'
import { type DeploymentSpecInput, hostCommand } from '@slipway/protocol'
import { deploySeconds } from '../deploy-seconds.ts'
import type { DeployContext } from '../target.ts'
import type { ClusterConfig } from './cluster-config.ts'

/** Tells a host a release, once: a run that ended before the id was remembered finds it by deployment and lease. */
export async function tellHost(
  tx: Tx,
  context: DeployContext<ClusterConfig>,
  hostId: HostId,
  spec: DeploymentSpecInput,
): Promise<HostCommandId> {
  const { organisationId, clock, wake } = context
  const fence = BigInt(spec.fence)
  const already = await tx.hostCommand.findFirst({
    where: { hostId, kind: 'deploy', subject: spec.deploymentId, fence },
    select: { id: true },
  })
  if (already && isId('hostCommand', already.id)) return already.id
  const deadline = new Date(clock.now().getTime() + deploySeconds(spec) * 1000)
  const command = { kind: 'deploy' as const, spec }
  // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
  return sendCommand(tx, { organisationId, hostId, fence, deadline, command, then: wake }, clock)
}

/**
 * What the hosts of the environment served before this deployment: what one of them was last told and reached. Under the lease
 * of this deployment, and without its release command, which is not run on the way back. Undefined before the first release.
 */
export async function specBefore(
  tx: Tx,
  { config, deploymentId }: DeployContext<ClusterConfig>,
): Promise<DeploymentSpecInput | undefined> {
  const row = await tx.hostCommand.findFirst({
    where: {
      kind: 'deploy',
      ok: true,
      subject: { not: deploymentId },
      host: { environmentId: config.environmentId },
    },
    orderBy: [{ fence: 'desc' }, { endedAt: 'desc' }],
    select: { command: true },
  })
  const command = row && hostCommand.parse(row.command)
  if (command?.kind !== 'deploy') return undefined
  const { releaseCommand: _, ...spec } = command.spec
  return { ...spec, fence: config.spec.fence, watchSeconds: 0 }
}
