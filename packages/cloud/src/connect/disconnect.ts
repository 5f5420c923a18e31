import { randomBytes } from 'node:crypto'
import { type CloudAccountId, notFound, type OrganisationId } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { audit } from '@slipway/organisations'

/**
 * Gives a connection up: Slipway forgets how to get in and never does again. No call is made to the account;
 * what runs there runs on. Connecting the account again is a new connection. Twice is safe.
 */
export async function disconnect(
  tx: Tx,
  input: { organisationId: OrganisationId; id: CloudAccountId; by: string },
  now: Date,
): Promise<void> {
  const row = await tx.cloudAccount.findUnique({ where: { id: input.id } })
  if (!row) throw notFound('cloud account')
  if (row.state === 'disconnected') return
  // The old external id is in no row any more: not even we could get in again.
  await tx.cloudAccount.update({
    where: { id: input.id },
    data: { state: 'disconnected', disconnectedAt: now, externalId: randomBytes(32).toString('base64url') },
  })
  await audit(tx, input.organisationId, {
    actor: input.by,
    action: 'cloud-account.disconnected',
    subject: input.id,
    at: now,
    detail: { account: row.accountNumber },
  })
  await announce(tx, input.organisationId, `cloud-account:${input.id}`)
}
