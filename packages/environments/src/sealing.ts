import type { OrganisationId } from '@slipway/core'
import { dropValue, openValue, sealValue, type Tx } from '@slipway/db'

/** The installation's key for what is on its way; the api seals with it, the worker opens. */
export type Sealing = { key: string }

const purpose = 'environments.secret'

export function sealSecret(
  tx: Tx,
  sealing: Sealing,
  organisationId: OrganisationId,
  value: string,
  now: Date,
): Promise<string> {
  return sealValue(tx, sealing.key, organisationId, purpose, value, now)
}

/** Undefined once it has been brought where it belongs. */
export function openSecret(
  tx: Tx,
  sealing: Sealing,
  organisationId: OrganisationId,
  id: string,
): Promise<string | undefined> {
  return openValue(tx, sealing.key, organisationId, purpose, id)
}

export function dropSecret(tx: Tx, organisationId: OrganisationId, id: string): Promise<void> {
  return dropValue(tx, organisationId, id)
}
