import { type Clock, newId, type OrganisationId, UserError, type UserId } from '@slipway/core'
import { type Database, Prisma, type Tx } from '@slipway/db'
import { z } from 'zod'
import { audit } from './audit.ts'
import { type Role, roles } from './decide/access.ts'
import { peopleOf } from './people.ts'

const roleSchema = z.enum(roles)

const roleRows = z.array(z.object({ role: roleSchema })).max(1)

/** The person's role now, or undefined for somebody who is not, or no longer, a member. Asked by every request. */
export async function roleOf(
  db: Database,
  organisationId: OrganisationId,
  userId: UserId,
): Promise<Role | undefined> {
  const rows = await db.readSystem(
    'find the organisations of a person',
    Prisma.sql`select member.role from member join organisation on organisation.id = member.organisation_id
      where member.organisation_id = ${organisationId} and member.user_id = ${userId} and member.until is null
        and organisation.deleted_at is null`,
  )
  return roleRows.parse(rows)[0]?.role
}

export type MemberListed = { userId: string; name: string; email: string; role: Role; since: Date }

/** Everybody who belongs to the organisation now, the longest first. */
export async function listMembers(db: Database, organisationId: OrganisationId): Promise<MemberListed[]> {
  const rows = await db.inOrganisation(organisationId, (tx) =>
    tx.member.findMany({
      where: { organisationId, until: null },
      orderBy: [{ since: 'asc' }, { id: 'asc' }],
    }),
  )
  const people = await peopleOf(
    db,
    rows.map((row) => row.userId),
  )
  return rows.map((row) => ({
    userId: row.userId,
    name: people.get(row.userId)?.name ?? '',
    email: people.get(row.userId)?.email ?? '',
    role: roleSchema.parse(row.role),
    since: row.since,
  }))
}

/**
 * Gives a person a role, another role, or (undefined) none. Roles are never overwritten: the row ends and a new
 * one begins at the same moment, so that seats can be counted from the rows to the minute. The same role again
 * changes nothing. Throws `last-owner` when the organisation would be left without an owner.
 */
export async function setRole(
  tx: Tx,
  organisationId: OrganisationId,
  change: { userId: UserId; role: Role | undefined; by: string },
  clock: Clock,
): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`members:${organisationId}`}, 0))::text`
  const now = clock.now()
  const before = await currentMember(tx, organisationId, change.userId)
  if (before?.role === change.role) return
  if (before?.role === 'owner') await refuseLastOwner(tx, organisationId, change.userId)
  if (before !== undefined) await tx.member.update({ where: { id: before.id }, data: { until: now } })
  if (change.role !== undefined) {
    const { userId, role } = change
    await tx.member.create({ data: { id: newId('member', now), organisationId, userId, role, since: now } })
  }
  await audit(tx, organisationId, {
    actor: change.by,
    action: 'members.set-role',
    subject: change.userId,
    at: now,
    detail: { before: before?.role ?? null, after: change.role ?? null },
  })
}

async function refuseLastOwner(tx: Tx, organisationId: OrganisationId, userId: UserId): Promise<void> {
  const others = await tx.member.count({
    where: { organisationId, until: null, role: 'owner', userId: { not: userId } },
  })
  if (others > 0) return
  throw new UserError({
    code: 'last-owner',
    kind: 'conflict',
    what: 'This person is the only owner of the organisation.',
    why: 'Without an owner nobody could pay for it, change its plan or end it.',
    todo: 'Make somebody else an owner first.',
  })
}

async function currentMember(tx: Tx, organisationId: OrganisationId, userId: UserId) {
  const row = await tx.member.findFirst({ where: { organisationId, userId, until: null } })
  return row === null ? undefined : { id: row.id, role: roleSchema.parse(row.role) }
}
