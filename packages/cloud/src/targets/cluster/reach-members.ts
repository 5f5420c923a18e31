import type { UserErrorFields } from '@slipway/core'
import type { DeployContext, StepResult } from '../target.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { clusterOf } from './find-cluster.ts'
import { holdGroup } from './hold-group.ts'
import { readMembers } from './read-members.ts'
import { specBefore } from './tell-host.ts'

const lookAgainMilliseconds = 1000

/**
 * Done once the agents of all hosts that the group wants are connected. Where no release ever served, no host is ready for
 * visitors, and the group would replace each for ever: it is held. Safe to repeat.
 */
export async function reachMembers(context: DeployContext<ClusterConfig>): Promise<StepResult> {
  const { db, organisationId, clock, config, memory } = context
  const { cluster, before } = await db.inOrganisation(organisationId, async (tx) => ({
    cluster: await clusterOf(tx, context, config.environmentId),
    before: await specBefore(tx, context),
  }))
  if (before === undefined && memory.isHeld === undefined) await holdGroup(context, cluster)
  const { wanted, hosts } = await readMembers(context, config.environmentId, cluster)
  const online = hosts.filter(({ state }) => state === 'online').length
  if (online > 0 && online >= wanted && online === hosts.length) return { state: 'done' }
  return {
    state: 'wait',
    until: new Date(clock.now().getTime() + lookAgainMilliseconds),
    on: `the hosts to connect, of which ${online} of ${wanted} did`,
    memory: { isHeld: 'yes' },
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
