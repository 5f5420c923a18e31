import { type CloudAccountId, UserError } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { late, stepResult } from '../base/base-steps.ts'
import { edgeName, edgeStackName } from '../names.ts'
import { applyStack, type StackProgress } from '../stacks/apply-stack.ts'
import { findStackRow } from '../stacks/stack-row.ts'
import type { AccountContext } from '../targets/target.ts'
import { edgeRegion } from './edge-stack.ts'

/** What sites and functions of an account share, as its edge stack made it. */
export type Edge = {
  originAccessId: string
  cachePolicyId: string
  responseFunctionArn: string
  frontFunctionArn: string
}

/** What needs rights that connect stacks before some version do not grant. */
type Needs = { version: number; code: string; what: string }

/**
 * Brings the edge stack of this account about. Safe to repeat; all sites and functions of the account share it. Throws a UserError
 * where the account's connect stack is too old to let it be made.
 */
async function ensureEdge(context: AccountContext, needs: Needs): Promise<StackProgress> {
  const { db, organisationId, cloudAccountId } = context
  await db.inOrganisation(organisationId, (tx) => refuseWithoutRights(tx, cloudAccountId, needs))
  return applyStack(
    { ...context, region: edgeRegion },
    { kind: 'edge', name: edgeStackName(cloudAccountId), config: { name: edgeName(cloudAccountId) } },
  )
}

/** Of the targets that stand at CloudFront. */
export const edgeStep = (needs: Needs) => ({
  name: 'edge',
  title: 'What the account shares at CloudFront',
  limitSeconds: 900,
  late: () => late('What the account shares at CloudFront', 'aws-edge-late'),
  run: async (context: AccountContext) => stepResult(await ensureEdge(context, needs)),
})

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
    frontFunctionArn: output('FrontFunctionArn'),
  }
}

/** An account whose number was typed never said its version; it was connected by the template of its day. */
async function refuseWithoutRights(
  tx: Tx,
  id: CloudAccountId,
  { version, code, what }: Needs,
): Promise<void> {
  const { name, templateVersion } = await tx.cloudAccount.findUniqueOrThrow({
    where: { id },
    select: { name: true, templateVersion: true },
  })
  if ((templateVersion ?? version) >= version) return
  throw new UserError({
    code,
    kind: 'conflict',
    what: `${name} does not let Slipway make ${what} yet.`,
    why: 'Its connect stack was launched before there were any, and does not grant the rights.',
    todo: `Open ${name} under Cloud accounts, update its connect stack by the link there, then deploy again.`,
  })
}
