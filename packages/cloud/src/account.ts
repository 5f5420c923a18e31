import { type CloudAccountId, isId, UserError, type UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { z } from 'zod'
import type { Connection } from './session.ts'

/**
 * `waiting`: not heard of yet · `proving`: heard of, being proven · `connected` · `refused`: heard of, but what
 * was proven is not enough · `broken`: was connected and does not let us in · `disconnected`: given up by a
 * person; the row stays for the audit.
 */
export const cloudAccountStates = [
  'waiting',
  'proving',
  'connected',
  'refused',
  'broken',
  'disconnected',
] as const
export type CloudAccountState = (typeof cloudAccountStates)[number]

export const cloudAccountState = z.enum(cloudAccountStates)

/** Errors as rows keep them. */
export const storedError: z.ZodType<UserErrorFields> = z.object({
  code: z.string(),
  kind: z
    .enum(['invalid', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'too-many', 'failed'])
    .optional(),
  what: z.string(),
  why: z.string().optional(),
  todo: z.string().optional(),
  link: z.string().optional(),
  details: z.array(z.string()).optional(),
})

/** Twelve digits, with or without the hyphens and spaces that AWS's console shows. */
export function readAccountNumber(text: string): string | undefined {
  const digits = text.replace(/[\s-]/g, '')
  return /^\d{12}$/.test(digits) ? digits : undefined
}

/**
 * The connection to act by. Throws a UserError that says what is the matter for one that is not connected:
 * nothing is done in an account before it was proven, nor after a person gave it up.
 */
export async function connectionOf(tx: Tx, id: CloudAccountId): Promise<Connection> {
  const row = await tx.cloudAccount.findUnique({ where: { id } })
  if (!row || !isId('organisation', row.organisationId))
    throw new UserError({
      code: 'cloud-account-gone',
      kind: 'not-found',
      what: 'There is no such cloud account.',
    })
  if (!row.accountNumber || (row.state !== 'connected' && row.state !== 'broken'))
    throw new UserError({
      code: 'cloud-account-not-connected',
      kind: 'conflict',
      what: `The cloud account ${row.name} is not connected.`,
      why: row.state === 'disconnected' ? 'It was disconnected.' : 'Slipway has not proven its role yet.',
      todo: 'Open the cloud account; its page says what is missing.',
    })
  return { id, organisationId: row.organisationId, number: row.accountNumber, externalId: row.externalId }
}
