import { SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling'
import type { UserErrorFields } from '@slipway/core'
import { connectionOf } from '../../account.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { clusterOf } from './find-cluster.ts'
import { readMembers } from './read-members.ts'

const lookAgainMilliseconds = 1000

/**
 * What a group does by itself that must wait while a deployment is under way: a host that was taken out of the load balancer
 * is not ill, and none is to be ended in the middle of its switch.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
 */
export const suspended = ['ReplaceUnhealthy', 'AZRebalance', 'AlarmNotification', 'ScheduledActions']

/** Done once the agents of all hosts that the group wants are connected. Safe to repeat. */
export async function reachMembers(context: DeployContext<ClusterConfig>): Promise<StepResult> {
  const { db, cloud, organisationId, cloudAccountId, region, clock, config, memory } = context
  const { cluster, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    cluster: await clusterOf(tx, context, config.environmentId),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  if (memory.suspended === undefined) {
    const { autoScaling } = await cloud.sessions.clients(connection, 'operate', region)
    const group = { AutoScalingGroupName: cluster.groupName, ScalingProcesses: suspended }
    await autoScaling.send(new SuspendProcessesCommand(group))
  }
  const { wanted, hosts } = await readMembers(context, config.environmentId, cluster)
  const online = hosts.filter(({ state }) => state === 'online').length
  if (online > 0 && online >= wanted && online === hosts.length) return { state: 'done' }
  return {
    state: 'wait',
    until: new Date(clock.now().getTime() + lookAgainMilliseconds),
    on: `the hosts to connect, of which ${online} of ${wanted} did`,
    memory: { ...memory, suspended: 'yes' },
  }
}

export function membersNeverCame({ config, cloud }: DeployContext<ClusterConfig>): UserErrorFields {
  return {
    code: 'host-never-connected',
    kind: 'failed',
    what: `Not all hosts of ${config.app} connected to Slipway.`,
    why: `The group of the environment may have found no room for an instance, or an agent did not reach ${cloud.config.hostEndpoint}.`,
    todo: "Look at the group's activity and at the instances' system logs in EC2's console, then deploy again.",
  }
}
