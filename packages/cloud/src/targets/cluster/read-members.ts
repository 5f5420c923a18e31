import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import type { EnvironmentId } from '@slipway/core'
import { expectMembers, findHosts, type HostSummary } from '@slipway/hosts'
import { connectionOf } from '../../account.ts'
import type { AccountContext } from '../target.ts'
import type { Cluster } from './find-cluster.ts'

type On = Pick<AccountContext, 'db' | 'cloud' | 'clock' | 'organisationId' | 'cloudAccountId' | 'region'>

/** The hosts of a cluster as its group has them now, the oldest first, and how many the group wants. */
export type Members = { wanted: number; hosts: HostSummary[] }

/**
 * Reads which instances the group has, and keeps a host for each: it is Slipway that asks AWS who belongs to it, and never an
 * instance that says so. Safe to repeat.
 */
export async function readMembers(
  context: On,
  environmentId: EnvironmentId,
  { groupName }: Cluster,
): Promise<Members> {
  const { db, cloud, clock, organisationId, cloudAccountId, region } = context
  const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
  const { autoScaling } = await cloud.sessions.clients(connection, 'observe', region)
  const { AutoScalingGroups } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [groupName] }),
  )
  const group = AutoScalingGroups?.[0]
  const members = (group?.Instances ?? []).flatMap(({ InstanceId, InstanceType, LifecycleState }) =>
    InstanceId === undefined || LifecycleState?.startsWith('Terminat')
      ? []
      : [{ instanceId: InstanceId, instanceType: InstanceType }],
  )
  const place = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
  const hosts = await db.inOrganisation(organisationId, async (tx) => {
    await expectMembers(tx, place, members, clock)
    return findHosts(tx, place)
  })
  return { wanted: group?.DesiredCapacity ?? 0, hosts }
}
