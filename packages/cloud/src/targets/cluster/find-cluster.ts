import type { EnvironmentId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { findEnvironmentStack, findStackRow, type StackRow } from '../../stacks/stack-row.ts'
import type { AccountContext } from '../target.ts'

export type ClusterStack = {
  name: string
  row: StackRow
}
/** As its stack made it. `domain` is the load balancer's own name. */
export type Cluster = { groupName: string; targetGroupArn: string; domain: string }

type Place = Pick<AccountContext, 'cloudAccountId' | 'region'>

/** The stack of a cluster; undefined where none was asked for, or it is gone. */
export async function findClusterStack(
  tx: Tx,
  { cloudAccountId, region }: Place,
  environmentId: EnvironmentId,
): Promise<ClusterStack | undefined> {
  const name = await findEnvironmentStack(tx, environmentId, 'cluster')
  const row = name && (await findStackRow(tx, { cloudAccountId, region, name }))
  return name && row ? { name, row } : undefined
}

/** A cluster that stands; undefined where it does not. */
export async function findCluster(
  tx: Tx,
  place: Place,
  environmentId: EnvironmentId,
): Promise<Cluster | undefined> {
  const stack = await findClusterStack(tx, place, environmentId)
  const { GroupName, TargetGroupArn, BalancerDomain } = stack?.row.outputs ?? {}
  if (GroupName === undefined || TargetGroupArn === undefined || BalancerDomain === undefined)
    return undefined
  return { groupName: GroupName, targetGroupArn: TargetGroupArn, domain: BalancerDomain }
}

/** The same where its step is done. Throws where it does not stand. */
export async function clusterOf(tx: Tx, place: Place, environmentId: EnvironmentId): Promise<Cluster> {
  const cluster = await findCluster(tx, place, environmentId)
  if (cluster === undefined)
    throw new Error(`the cluster of ${environmentId} does not stand, though its step is done`)
  return cluster
}
