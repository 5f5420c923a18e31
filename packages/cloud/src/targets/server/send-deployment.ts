import { type DeploymentId, type HostCommandId, type HostId, isId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { readCommand, sendCommand } from '@slipway/hosts'
import { deploymentSpec } from '@slipway/protocol'
import type { DeployContext, StepResult } from '../target.ts'
import { hostOf } from './reach-host.ts'
import type { ServerConfig } from './server-config.ts'

/** Fetching and unpacking a release, above what its services need to stop, start and prove themselves. */
const fetchSeconds = 300
/** Nothing is lost when a wake-up is: the command's end is looked for this often as well. */
const lookAgainMilliseconds = 15_000

/** The longest that a deployment of this may rightly take on its host. */
function deploySeconds(config: ServerConfig): number {
  const spec = deploymentSpec.parse(config.spec)
  const services = spec.services.map(({ health, stopSeconds }) => health.timeoutSeconds + stopSeconds)
  // Twice: when the new processes never get healthy, the old ones are started again.
  return fetchSeconds + spec.bakeSeconds + 2 * services.reduce((sum, seconds) => sum + seconds, 0)
}

/**
 * Sends the release to the host and waits for its word. The command is sent once: a run that ended before its id
 * was remembered finds it by the deployment.
 */
export async function sendDeployment(context: DeployContext<ServerConfig>): Promise<StepResult> {
  const { db, organisationId, clock, config, memory, wake } = context
  const until = new Date(clock.now().getTime() + lookAgainMilliseconds)
  const { commandId } = memory
  if (commandId !== undefined && isId('hostCommand', commandId)) {
    const command = await db.inOrganisation(organisationId, (tx) => readCommand(tx, commandId))
    if (!command?.outcome) return { state: 'wait', until, on: command?.phase ?? 'the host to begin', memory }
    return command.outcome.ok ? { state: 'done', memory } : { state: 'failed', error: command.outcome.error }
  }
  const host = await hostOf(context)
  const deadline = new Date(clock.now().getTime() + deploySeconds(config) * 1000)
  const sent = await db.inOrganisation(organisationId, async (tx) => {
    const already = await sentBefore(tx, host.id, context.deploymentId)
    if (already) return already
    const command = { kind: 'deploy' as const, spec: config.spec }
    const fence = BigInt(config.spec.fence)
    // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
    return sendCommand(tx, { organisationId, hostId: host.id, fence, deadline, command, then: wake }, clock)
  })
  return { state: 'wait', until, on: 'the host to begin', memory: { ...memory, commandId: sent } }
}

async function sentBefore(
  tx: Tx,
  hostId: HostId,
  deploymentId: DeploymentId,
): Promise<HostCommandId | undefined> {
  const row = await tx.hostCommand.findFirst({
    where: { hostId, kind: 'deploy', command: { path: ['spec', 'deploymentId'], equals: deploymentId } },
    select: { id: true },
  })
  return row && isId('hostCommand', row.id) ? row.id : undefined
}
