import { createHash, randomBytes } from 'node:crypto'
import type { AppId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'

const prefix = 'slc_'

/** How long the fetch that a token began may go on. */
const fetchMinutesMax = 15

/**
 * Makes a token with which a runner can fetch one app's repository once, until `expiresAt`. The token is in the
 * answer and nowhere else: only its SHA-256 is kept. Not safe to repeat: each call makes another.
 */
export async function createCloneToken(
  tx: Tx,
  app: { organisationId: OrganisationId; appId: AppId },
  expiresAt: Date,
): Promise<string> {
  const token = prefix + randomBytes(32).toString('base64url')
  await tx.cloneToken.create({
    data: { hash: digest(token), organisationId: app.organisationId, appId: app.appId, expiresAt },
  })
  return token
}

/** Whether it has the form of a clone token; says nothing about whether it opens anything. */
export function isCloneToken(text: string): boolean {
  return text.startsWith(prefix) && /^[A-Za-z0-9_-]{43}$/.test(text.slice(prefix.length))
}

/**
 * Whether the token opens this app's repository now. A fetch is several requests: its first, `begins`, uses the
 * token up, those that follow are let through for a quarter of an hour.
 */
export async function openWithCloneToken(
  tx: Tx,
  app: { organisationId: OrganisationId; appId: AppId },
  token: string,
  begins: boolean,
  now: Date,
): Promise<boolean> {
  if (!isCloneToken(token)) return false
  const where = { hash: digest(token), organisationId: app.organisationId, appId: app.appId }
  if (begins) {
    const used = await tx.cloneToken.updateMany({
      where: { ...where, usedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now },
    })
    return used.count === 1
  }
  const earliest = new Date(now.getTime() - fetchMinutesMax * 60_000)
  return (await tx.cloneToken.count({ where: { ...where, usedAt: { gt: earliest } } })) === 1
}

/** Forgets tokens that ended before `before`; gives how many. Safe to repeat. */
export async function forgetCloneTokens(tx: Tx, before: Date): Promise<number> {
  const { count } = await tx.cloneToken.deleteMany({ where: { expiresAt: { lt: before } } })
  return count
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
