import type { EnvironmentId } from '@slipway/core'
import { findHosts, markHost } from '@slipway/hosts'
import { proofsOf } from '../../edge/prove-names.ts'
import { recordsFor, withdrawNames } from '../../publish-name.ts'
import { deleteStack } from '../../stacks/delete-stack.ts'
import type { AccountContext, DeletionProgress } from '../target.ts'
import { findClusterStack } from './find-cluster.ts'

/**
 * Ends a cluster: its names, its load balancer, its hosts, their role. Its releases and its secrets stay. One look and one call
 * at a time; safe to repeat until it is `gone`.
 */
export async function removeCluster(
  context: AccountContext,
  of: { environmentId: EnvironmentId; publicNames: readonly string[] },
): Promise<DeletionProgress> {
  const { db, organisationId, cloudAccountId, region } = context
  const { environmentId } = of
  const stack = await db.inOrganisation(organisationId, (tx) => findClusterStack(tx, context, environmentId))
  const value = stack?.row.outputs.BalancerDomain
  if (value !== undefined)
    await withdrawNames(context.cloud, recordsFor(context.cloud, of.publicNames, { type: 'CNAME', value }))
  if (stack !== undefined) await withdrawNames(context.cloud, proofsOf(stack.row.fixed))
  const progress: DeletionProgress = stack ? await deleteStack(context, stack.name) : { state: 'gone' }
  if (progress.state === 'gone')
    await db.inOrganisation(organisationId, async (tx) => {
      const place = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
      for (const { id } of await findHosts(tx, place)) await markHost(tx, id, 'gone')
    })
  return progress
}
