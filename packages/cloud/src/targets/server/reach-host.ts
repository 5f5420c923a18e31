import { StartInstancesCommand } from '@aws-sdk/client-ec2'
import type { UserErrorFields } from '@slipway/core'
import { findHost, type HostSummary } from '@slipway/hosts'
import { connectionOf } from '../../account.ts'
import { readInstance } from '../../hosts/read-instance.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { ServerConfig } from './server-config.ts'

const lookAgainMilliseconds = 1000

/** The environment's host, as the register has it. */
export async function hostOf({
  db,
  organisationId,
  cloudAccountId,
  region,
  config,
}: Omit<DeployContext<ServerConfig>, 'deploymentId' | 'begin' | 'isStopping'>): Promise<HostSummary> {
  const place = {
    organisationId,
    cloudAccountId,
    region,
    kind: 'host' as const,
    environmentId: config.environmentId,
  }
  const host = await db.inOrganisation(organisationId, (tx) => findHost(tx, place))
  if (!host) throw new Error(`${config.environmentId} has no host`)
  return host
}

/** Done once the host's agent is connected. A host that somebody stopped is started. Safe to repeat. */
export async function reachHost(context: DeployContext<ServerConfig>): Promise<StepResult> {
  const host = await hostOf(context)
  if (host.state === 'online') return { state: 'done' }
  const until = new Date(context.clock.now().getTime() + lookAgainMilliseconds)
  if (!host.instanceId) return { state: 'wait', until, on: 'the host to start' }
  const { db, organisationId, cloudAccountId, region } = context
  const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
  const { ec2 } = await context.cloud.sessions.clients(connection, 'operate', region)
  const instance = await readInstance(ec2, host.instanceId)
  switch (instance?.State?.Name) {
    case 'pending':
      return { state: 'wait', until, on: 'the host to start' }
    case 'running':
      return { state: 'wait', until, on: 'the host to connect' }
    case 'stopping':
      return { state: 'wait', until, on: 'the host to come to rest, to be started again' }
    case 'stopped':
      await context.say(`The host ${host.instanceId} was stopped; starting it`)
      await ec2.send(new StartInstancesCommand({ InstanceIds: [host.instanceId] }))
      return { state: 'wait', until, on: 'the host to start' }
    default:
      return { state: 'failed', error: hostEnded(host.instanceId) }
  }
}

export function hostNeverCame(context: DeployContext<ServerConfig>): UserErrorFields {
  return {
    code: 'host-never-connected',
    kind: 'failed',
    what: `The host of ${context.config.app} did not connect to Slipway.`,
    why: `Its instance runs, but its agent did not reach ${context.cloud.config.hostEndpoint}: the network may keep it from going out, or the agent did not start.`,
    todo: "Look at the instance's system log in EC2's console. A reboot starts the agent again.",
  }
}

/** Its instance is gone, which only somebody outside of Slipway can have done. */
export function hostEnded(instanceId: string): UserErrorFields {
  return {
    code: 'host-ended',
    kind: 'failed',
    what: `The instance ${instanceId} of this environment was ended outside of Slipway.`,
    why: 'It is not in the account any more. Its disks are kept by EC2, unattached.',
    todo: 'Delete the app and create it again. Data on its disk can be restored from the volume, which carries the tag slipway:disk.',
  }
}
