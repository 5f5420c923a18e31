import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { EnvironmentId } from '@slipway/core'
import { bucketOf } from '../../copy-object.ts'
import { edgeRegion } from '../../edge/edge-stack.ts'
import { proofsOf } from '../../edge/prove-names.ts'
import { sitesPrefix } from '../../names.ts'
import { recordsFor, withdrawNames } from '../../publish-name.ts'
import { deleteStack } from '../../stacks/delete-stack.ts'
import type { AccountContext, DeletionProgress } from '../target.ts'
import { findSite } from './site-of.ts'

/**
 * Ends a site: its names, its distribution with all that belongs to it, and its files. Its releases stay. The names go
 * first, so that none leads to a distribution that somebody else could ask for. One look and one call at a time; safe
 * to repeat until it is `gone`.
 */
export async function removeSite(
  context: AccountContext,
  of: { environmentId: EnvironmentId; publicNames: readonly string[] },
): Promise<DeletionProgress> {
  const { db, organisationId } = context
  const site = await db.inOrganisation(organisationId, (tx) => findSite(tx, context, of.environmentId))
  if (site === undefined) return { state: 'gone' }
  const value = site.row.outputs.DistributionDomain
  if (value !== undefined)
    await withdrawNames(context.cloud, recordsFor(context.cloud, of.publicNames, { type: 'CNAME', value }))
  await withdrawNames(context.cloud, proofsOf(site.row.fixed))
  await removeFiles(context, of.environmentId)
  return deleteStack({ ...context, region: edgeRegion }, site.name)
}

async function removeFiles(context: AccountContext, environmentId: EnvironmentId): Promise<void> {
  const { s3, bucket } = await bucketOf(context)
  const Prefix = `${sitesPrefix}${environmentId}/`
  for (;;) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))
    if (Contents.length === 0) return
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]))
    const { Errors = [] } = await s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    )
    const [first] = Errors
    if (first) throw new Error(`${first.Key} could not be deleted: ${first.Code} ${first.Message}`)
  }
}
