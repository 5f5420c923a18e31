import type { OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'

/**
 * Freezing a month and changing the plan exclude each other and every recording, until their transaction ends;
 * recordings do not exclude each other. So what a closing month reads is all that was recorded before it.
 */
export async function lockBill(tx: Tx, organisationId: OrganisationId): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`bill:${organisationId}`}, 0))::text`
}

export async function lockBillShared(tx: Tx, organisationId: OrganisationId): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock_shared(hashtextextended(${`bill:${organisationId}`}, 0))::text`
}
