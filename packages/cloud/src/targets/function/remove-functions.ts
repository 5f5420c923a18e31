import type { EnvironmentId } from '@slipway/core'
import { edgeRegion } from '../../edge/edge-stack.ts'
import { proofsOf } from '../../edge/prove-names.ts'
import { recordsFor, withdrawNames } from '../../publish-name.ts'
import { deleteStack } from '../../stacks/delete-stack.ts'
import type { AccountContext, DeletionProgress } from '../target.ts'
import { findStacks } from './function-of.ts'

/**
 * Ends an environment of functions: its names, its distributions, then the functions with their logs. Its releases stay.
 * The names go first, so that none leads to a distribution that somebody else could ask for. One look and one call at a
 * time; safe to repeat until it is `gone`.
 */
export async function removeFunctions(
  context: AccountContext,
  { environmentId, publicNames }: { environmentId: EnvironmentId; publicNames: readonly string[] },
): Promise<DeletionProgress> {
  const { db, cloud, organisationId } = context
  const { functions, front } = await db.inOrganisation(organisationId, (tx) =>
    findStacks(tx, context, environmentId),
  )
  if (front !== undefined) {
    const domains = Object.entries(front.row.outputs).flatMap(([key, value]) =>
      key.endsWith('Domain') ? [value] : [],
    )
    for (const value of domains)
      await withdrawNames(cloud, recordsFor(cloud, publicNames, { type: 'CNAME', value }))
    await withdrawNames(cloud, proofsOf(front.row.fixed))
    const progress = await deleteStack({ ...context, region: edgeRegion }, front.name)
    if (progress.state !== 'gone') return progress
  }
  return functions === undefined ? { state: 'gone' } : deleteStack(context, functions.name)
}
