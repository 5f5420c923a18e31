import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { newId, type OrganisationId } from '@slipway/core'
import type { Tx } from './database.ts'

/**
 * Keeps a secret, on its way to where it belongs or one of our own: AES-256-GCM under a key derived from the
 * installation's key for this organisation and purpose, which also bind the text. The value is never logged.
 * Returns the id to open it by.
 */
export async function sealValue(
  tx: Tx,
  key: string,
  organisationId: OrganisationId,
  purpose: string,
  value: string,
  now: Date,
): Promise<string> {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(key, organisationId, purpose), nonce)
  const ciphertext = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const id = newId('variable', now).replace('var_', 'sealed_')
  await tx.sealedValue.create({ data: { id, organisationId, purpose, ciphertext, createdAt: now } })
  return id
}

/** The value again, or undefined when it was dropped. Throws when key, organisation or purpose are not those it was sealed with. */
export async function openValue(
  tx: Tx,
  key: string,
  organisationId: OrganisationId,
  purpose: string,
  id: string,
): Promise<string | undefined> {
  const row = await tx.sealedValue.findFirst({ where: { id, organisationId, purpose } })
  if (!row) return undefined
  const sealed = Buffer.from(row.ciphertext)
  const decipher = createDecipheriv(
    'aes-256-gcm',
    keyOf(key, organisationId, purpose),
    sealed.subarray(0, 12),
  )
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8')
}

/** Forgets it. Twice is safe. */
export async function dropValue(tx: Tx, organisationId: OrganisationId, id: string): Promise<void> {
  await tx.sealedValue.deleteMany({ where: { id, organisationId } })
}

function keyOf(key: string, organisationId: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, organisationId, `slipway sealed value: ${purpose}`, 32))
}
