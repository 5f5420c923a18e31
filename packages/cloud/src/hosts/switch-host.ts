import { StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2'
import type { EnvironmentId } from '@slipway/core'
import { findHost, markHost } from '@slipway/hosts'
import { connectionOf } from '../account.ts'
import { hostEnded } from '../targets/server/reach-host.ts'
import type { AccountContext, StepResult } from '../targets/target.ts'
import { readInstance } from './read-instance.ts'

const lookAgainMilliseconds = 1000

/**
 * Stops the instance of an environment, with all that runs on it, or starts it: `on` is done once its agent is connected.
 * Stopping ends the apps as a shutdown does, so that a disk can be taken off. Safe to repeat.
 */
export async function switchHost(
  context: AccountContext,
  environmentId: EnvironmentId,
  to: 'on' | 'off',
): Promise<StepResult> {
  const { db, organisationId, cloudAccountId, region, clock } = context
  const place = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
  const { host, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    host: await findHost(tx, place),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  if (host?.instanceId === undefined) throw new Error(`${environmentId} has no host`)
  const { id, instanceId } = host
  const wait = (on: string): StepResult => ({
    state: 'wait',
    until: new Date(clock.now().getTime() + lookAgainMilliseconds),
    on,
  })
  const { ec2 } = await context.cloud.sessions.clients(connection, 'operate', region)
  const instance = await readInstance(ec2, instanceId)
  const state = instance?.State?.Name
  switch (state) {
    case 'stopping':
      return wait('the host to come to rest')
    case 'pending':
      return wait('the host to start')
    case 'running':
      if (to === 'on') return host.state === 'online' ? { state: 'done' } : wait('the host to connect')
      await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }))
      return wait('the host to come to rest')
    case 'stopped':
      if (to === 'on') {
        await ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }))
        return wait('the host to start')
      }
      // What it said of its services is no longer so.
      await db.inOrganisation(organisationId, (tx) => markHost(tx, id, 'stopped'))
      return { state: 'done' }
    default:
      return { state: 'failed', error: hostEnded(instanceId) }
  }
}
