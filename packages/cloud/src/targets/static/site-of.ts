import type { CloudFrontKeyValueStoreClient } from '@aws-sdk/client-cloudfront-keyvaluestore'
import type { EnvironmentId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { connectionOf } from '../../account.ts'
import { edgeRegion } from '../../edge/edge-stack.ts'
import { findEnvironmentStack, findStackRow, type StackRow } from '../../stacks/stack-row.ts'
import type { AccountContext } from '../target.ts'

/** The stack of a site, with its name; undefined where none was asked for, or it is gone. */
export async function findSite(
  tx: Tx,
  { cloudAccountId }: Pick<AccountContext, 'cloudAccountId'>,
  environmentId: EnvironmentId,
): Promise<{ name: string; row: StackRow } | undefined> {
  const name = await findEnvironmentStack(tx, environmentId, 'static')
  const row = name && (await findStackRow(tx, { cloudAccountId, region: edgeRegion, name }))
  return name && row ? { name, row } : undefined
}

export type Site = {
  row: StackRow
  /** As CloudFront named it: `d111111abcdef8.cloudfront.net`. */
  domain: string
  store: { keyValues: CloudFrontKeyValueStoreClient; arn: string }
}

/** A site that stands, with a session that may say what is live in it. Throws where it does not stand. */
export async function siteOf(context: AccountContext, environmentId: EnvironmentId): Promise<Site> {
  const { db, organisationId, cloudAccountId } = context
  const { found, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    found: await findSite(tx, context, environmentId),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  const { DistributionDomain: domain, StoreArn: arn } = found?.row.outputs ?? {}
  if (found === undefined || domain === undefined || arn === undefined)
    throw new Error(`the site of ${environmentId} does not stand, though its step is done`)
  const { keyValues } = await context.cloud.sessions.clients(connection, 'operate', edgeRegion)
  return { row: found.row, domain, store: { keyValues, arn } }
}
