import { randomBytes } from 'node:crypto'
import { asId, type Clock, newId, notFound, type OrganisationId, UserError, type UserId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { audit } from './audit.ts'
import { type Role, roles, type TokenScope, tokenScopes } from './decide/access.ts'
import { isToken, tokenDigest, tokenFrom } from './decide/token-format.ts'
import { peopleOf } from './people.ts'

const scopeSchema = z.enum(tokenScopes)
const roleSchema = z.enum(roles)

export const tokenDaysMax = 365
const liveMax = 50
const dayMilliseconds = 86_400_000
/** Last use is shown to the minute; writing it more often would make each git request a write. */
const lastUsedMilliseconds = 60_000

export type TokenListed = {
  id: string
  name: string
  ending: string
  scopes: TokenScope[]
  maker: { userId: string; name: string }
  createdAt: Date
  expiresAt: Date
  lastUsedAt: Date | null
}

/**
 * Makes a token that acts for its maker in one organisation, for at most 365 days. The token itself is in the
 * answer and nowhere else: only its SHA-256 is kept. Not safe to repeat.
 */
export async function createToken(
  db: Database,
  organisationId: OrganisationId,
  asked: { userId: UserId; name: string; scopes: TokenScope[]; days: number },
  clock: Clock,
): Promise<{ token: string; id: string; expiresAt: Date }> {
  const days = z.number().int().min(1).max(tokenDaysMax).parse(asked.days)
  return db.inOrganisation(organisationId, async (tx) => {
    const now = clock.now()
    const live = await tx.token.count({
      where: { organisationId, userId: asked.userId, revokedAt: null, expiresAt: { gt: now } },
    })
    if (live >= liveMax) throw tooManyTokens()
    const token = tokenFrom(randomBytes(64))
    const id = newId('token', now)
    const expiresAt = new Date(now.getTime() + days * dayMilliseconds)
    const scopes = [...new Set(asked.scopes)].sort()
    await tx.token.create({
      data: {
        id,
        organisationId,
        userId: asked.userId,
        name: asked.name,
        hash: tokenDigest(token),
        ending: token.slice(-4),
        scopes,
        createdAt: now,
        expiresAt,
      },
    })
    const detail = { name: asked.name, scopes: scopes.join(' '), days }
    await audit(tx, organisationId, {
      actor: asked.userId,
      action: 'tokens.create',
      subject: id,
      at: now,
      detail,
    })
    return { token, id, expiresAt }
  })
}

/** The tokens that work now, newest first. Of one maker, or of all when `userId` is undefined. */
export async function listTokens(
  db: Database,
  organisationId: OrganisationId,
  userId: UserId | undefined,
  clock: Clock,
): Promise<TokenListed[]> {
  const rows = await db.inOrganisation(organisationId, (tx) =>
    tx.token.findMany({
      where: {
        organisationId,
        revokedAt: null,
        expiresAt: { gt: clock.now() },
        ...(userId === undefined ? {} : { userId }),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    }),
  )
  const people = await peopleOf(
    db,
    rows.map((row) => row.userId),
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    ending: row.ending,
    scopes: z.array(scopeSchema).parse(row.scopes),
    maker: { userId: row.userId, name: people.get(row.userId)?.name ?? '' },
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
  }))
}

/**
 * Ends a token at once; one that has ended stays ended. `ofUser` limits it to that maker's tokens: another's is
 * then not found.
 */
export async function revokeToken(
  db: Database,
  organisationId: OrganisationId,
  asked: { tokenId: string; by: string; ofUser: UserId | undefined },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const now = clock.now()
    const row = await tx.token.findFirst({
      where: {
        organisationId,
        id: asked.tokenId,
        ...(asked.ofUser === undefined ? {} : { userId: asked.ofUser }),
      },
    })
    if (row === null) throw notFound('token')
    if (row.revokedAt !== null) return
    await tx.token.update({ where: { id: row.id }, data: { revokedAt: now } })
    const detail = { name: row.name }
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'tokens.revoke',
      subject: row.id,
      at: now,
      detail,
    })
  })
}

const holderRows = z
  .array(
    z.object({
      id: z.string(),
      organisation_id: z.string(),
      user_id: z.string(),
      last_used_at: z.date().nullable(),
      role: roleSchema,
    }),
  )
  .max(1)

export type TokenHolder = { tokenId: string; organisationId: OrganisationId; userId: UserId; role: Role }

/**
 * Who comes with this token, or undefined when it is no token, unknown, expired, revoked, lacks the scope, its
 * maker is no longer a member, or the organisation is gone. The role is the maker's now: a token never outlives what its maker may do.
 */
export async function holderOfToken(
  db: Database,
  token: string,
  scope: TokenScope,
  clock: Clock,
): Promise<TokenHolder | undefined> {
  if (!isToken(token)) return undefined
  const now = clock.now()
  const rows = await db.statementInSystem(
    'look up a token',
    Prisma.sql`select token.id, token.organisation_id, token.user_id, token.last_used_at, member.role
      from token join member using (organisation_id, user_id)
      join organisation on organisation.id = token.organisation_id and organisation.deleted_at is null
      where token.hash = ${tokenDigest(token)} and token.revoked_at is null and token.expires_at > ${now}
        and ${scope} = any(token.scopes) and member.until is null`,
  )
  const row = holderRows.parse(rows)[0]
  if (row === undefined) return undefined
  if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() > lastUsedMilliseconds) {
    await db.inSystem('look up a token', (tx) =>
      tx.token.update({ where: { id: row.id }, data: { lastUsedAt: now } }),
    )
  }
  return {
    tokenId: row.id,
    organisationId: asId('organisation', row.organisation_id),
    userId: asId('user', row.user_id),
    role: row.role,
  }
}

function tooManyTokens(): UserError {
  return new UserError({
    code: 'too-many-tokens',
    kind: 'too-many',
    what: `You have ${liveMax} tokens in this organisation already.`,
    why: 'A forgotten token is a key under the mat.',
    todo: 'Revoke one that you no longer use.',
  })
}
