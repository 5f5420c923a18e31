import { type CloudAccountId, UserError } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { templateVersionWithSites } from '../../connect/template.ts'
import { edgeName, edgeStackName } from '../../names.ts'
import { applyStack, type StackProgress } from '../../stacks/apply-stack.ts'
import { findStackRow } from '../../stacks/stack-row.ts'
import type { AccountContext } from '../target.ts'
import { edgeRegion } from './edge-stack.ts'

/** What all sites of an account share, as its edge stack made it. */
export type Edge = { originAccessId: string; cachePolicyId: string; responseFunctionArn: string }

/**
 * Brings the edge stack of this account about. Safe to repeat; all sites of the account share it. Throws a UserError
 * where the account's connect stack is too old to let it be made.
 */
export async function ensureEdge(context: AccountContext): Promise<StackProgress> {
  const { db, organisationId, cloudAccountId } = context
  await db.inOrganisation(organisationId, (tx) => refuseWithoutRights(tx, cloudAccountId))
  return applyStack(
    { ...context, region: edgeRegion },
    { kind: 'edge', name: edgeStackName(cloudAccountId), config: { name: edgeName(cloudAccountId) } },
  )
}

/** The edge as it was last made. Throws where it was not: the step that makes it comes first. */
export async function readEdge(tx: Tx, cloudAccountId: CloudAccountId): Promise<Edge> {
  const key = { cloudAccountId, region: edgeRegion, name: edgeStackName(cloudAccountId) }
  const row = await findStackRow(tx, key)
  const output = (name: string) => {
    const value = row?.outputs[name]
    if (value === undefined) throw new Error(`the edge stack of ${cloudAccountId} has no ${name} yet`)
    return value
  }
  return {
    originAccessId: output('OriginAccessId'),
    cachePolicyId: output('CachePolicyId'),
    responseFunctionArn: output('ResponseFunctionArn'),
  }
}

/** An account whose number was typed never said its version; it was connected by the template of its day. */
async function refuseWithoutRights(tx: Tx, id: CloudAccountId): Promise<void> {
  const { name, templateVersion } = await tx.cloudAccount.findUniqueOrThrow({
    where: { id },
    select: { name: true, templateVersion: true },
  })
  if ((templateVersion ?? templateVersionWithSites) >= templateVersionWithSites) return
  throw new UserError({
    code: 'cloud-account-before-sites',
    kind: 'conflict',
    what: `${name} does not let Slipway make static sites yet.`,
    why: 'Its connect stack was launched before there were any, and grants no rights on CloudFront.',
    todo: `Open ${name} under Cloud accounts, update its connect stack by the link there, then deploy again.`,
  })
}
