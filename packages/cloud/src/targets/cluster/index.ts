import { baseSteps, late } from '../../base/base-steps.ts'
import { publishNames, recordsFor } from '../../publish-name.ts'
import { releaseStep } from '../copy-release.ts'
import type { Target } from '../target.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { idleClusterCost } from './cluster-cost.ts'
import { clusterOf } from './find-cluster.ts'
import { provisionCluster } from './provision-cluster.ts'
import { membersNeverCame, reachMembers } from './reach-members.ts'
import { readMembers } from './read-members.ts'
import { removeCluster } from './remove-cluster.ts'
import { rollOut } from './roll-out.ts'
import { type TargetHealth, targetHealth } from './target-group.ts'

export type ClusterStatus = {
  /** How many hosts the group wants. */
  wanted: number
  /** Instances of the group, and what the load balancer finds of each. */
  hosts: { instanceId: string; health: TargetHealth }[]
}

/** Hosts of one template in a group that keeps their number, behind a load balancer: releases roll over them. */
export const cluster: Target<ClusterConfig, ClusterStatus> = {
  kind: 'cluster',
  steps: [
    ...baseSteps,
    releaseStep(({ builtAt, spec }: ClusterConfig) => ({ builtAt, release: spec.release })),
    {
      name: 'cluster',
      title: 'Cluster',
      // A certificate takes as long as AWS needs to see its proof.
      limitSeconds: 3600,
      late: () => late('The cluster', 'aws-cluster-late'),
      run: provisionCluster,
    },
    {
      name: 'hosts',
      title: 'Hosts online',
      limitSeconds: 600,
      late: membersNeverCame,
      run: reachMembers,
    },
    {
      name: 'publish',
      title: 'Name',
      limitSeconds: 120,
      late: () => late("The service's name", 'aws-name-late'),
      async run(context) {
        const { db, cloud, organisationId, config } = context
        const { domain } = await db.inOrganisation(organisationId, (tx) =>
          clusterOf(tx, context, config.environmentId),
        )
        await publishNames(cloud, recordsFor(cloud, config.publicNames, { type: 'CNAME', value: domain }))
        return { state: 'done' }
      },
    },
    {
      name: 'roll-out',
      title: 'Deploy, host by host',
      // Each host's own limits end it before; this is for some that never answer.
      limitSeconds: 12 * 3600,
      late: membersNeverCame,
      run: rollOut,
    },
  ],
  async observe(context) {
    const { db, organisationId, config } = context
    const found = await db.inOrganisation(organisationId, (tx) =>
      clusterOf(tx, context, config.environmentId),
    )
    const { wanted, hosts } = await readMembers(context, config.environmentId, found)
    const ids = hosts.flatMap(({ instanceId }) => instanceId ?? [])
    const health = await targetHealth(context, found, ids)
    return {
      wanted,
      hosts: ids.map((instanceId) => ({ instanceId, health: health.get(instanceId) ?? 'unused' })),
    }
  },
  remove: removeCluster,
  idleCost: idleClusterCost,
}
