import type { EnvironmentId } from '@slipway/core'
import { findHost, markHost } from '@slipway/hosts'
import { recordsFor, withdrawNames } from '../../publish-name.ts'
import { deleteStack } from '../../stacks/delete-stack.ts'
import { findEnvironmentStack } from '../../stacks/stack-row.ts'
import type { AccountContext, DeletionProgress } from '../target.ts'

/**
 * Ends an environment on a server: its names, its instance, its address, its role. Its disks, its releases and
 * its secrets stay. One look and one call at a time; safe to repeat until it is `gone`.
 */
export async function removeServer(
  context: AccountContext,
  of: { environmentId: EnvironmentId; publicNames: readonly string[] },
): Promise<DeletionProgress> {
  const { db, organisationId, cloudAccountId, region } = context
  const place = {
    organisationId,
    cloudAccountId,
    region,
    kind: 'host' as const,
    environmentId: of.environmentId,
  }
  const { host, name } = await db.inOrganisation(organisationId, async (tx) => ({
    host: await findHost(tx, place),
    name: await findEnvironmentStack(tx, of.environmentId, 'server'),
  }))
  if (host?.address) {
    const to = { type: 'A' as const, value: host.address }
    await withdrawNames(context.cloud, recordsFor(context.cloud, of.publicNames, to))
  }
  const progress: DeletionProgress = name ? await deleteStack(context, name) : { state: 'gone' }
  if (progress.state === 'gone' && host)
    await db.inOrganisation(organisationId, (tx) => markHost(tx, host.id, 'gone'))
  return progress
}
