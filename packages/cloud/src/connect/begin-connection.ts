import { randomBytes } from 'node:crypto'
import { type CloudAccountId, newId, type OrganisationId, UserError } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import type { ConnectConfig } from '../cloud-config.ts'
import { connectRegion } from './quick-create-link.ts'

/** Of the 32 random bytes that nobody but us and the role's trust knows: 43 characters. */
const externalIdBytes = 32

/**
 * Begins a connection: a row that waits for an account to announce itself. The external id is made here, is in
 * no input, and is never used again. Each call is a new connection.
 */
export async function beginConnection(
  tx: Tx,
  config: ConnectConfig,
  input: { organisationId: OrganisationId; name: string },
  now: Date,
): Promise<CloudAccountId> {
  const name = input.name.trim()
  if (name.length < 1 || name.length > 60)
    throw new UserError({
      code: 'cloud-account-name',
      what: 'A cloud account needs a name of 1 to 60 characters.',
      why: 'The name is how you tell your accounts apart, such as "production".',
      todo: 'Enter a shorter or longer one.',
    })
  const id = newId('cloudAccount', now)
  await tx.cloudAccount.create({
    data: {
      id,
      organisationId: input.organisationId,
      name,
      region: connectRegion(config),
      externalId: randomBytes(externalIdBytes).toString('base64url'),
      state: 'waiting',
      createdAt: now,
    },
  })
  await announce(tx, input.organisationId, `cloud-account:${id}`)
  return id
}
