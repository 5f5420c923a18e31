import { asId, type Clock, newId, notFound, type OrganisationId, UserError, type UserId } from '@slipway/core'
import { announce, type Database, Prisma, type Tx } from '@slipway/db'
import { z } from 'zod'
import { audit } from './audit.ts'
import { may, type Role, roles } from './decide/access.ts'
import { lastOwner, refusalToChange, refusalToGive } from './decide/may-change-member.ts'
import { peopleOf } from './people.ts'

const roleSchema = z.enum(roles)

const roleRows = z.array(z.object({ role: roleSchema })).max(1)

/** The person's role now, or undefined for somebody who is not, or no longer, a member. Asked by every request. */
export async function roleOf(
  db: Database,
  organisationId: OrganisationId,
  userId: UserId,
): Promise<Role | undefined> {
  const rows = await db.statementInSystem(
    'find the organisations of a person',
    Prisma.sql`select member.role from member join organisation on organisation.id = member.organisation_id
      where member.organisation_id = ${organisationId} and member.user_id = ${userId} and member.until is null
        and organisation.deleted_at is null`,
  )
  return roleRows.parse(rows)[0]?.role
}

export type MemberListed = {
  userId: string
  name: string
  email: string
  role: Role
  since: Date
  /** Each role, and why whoever looks may not give it to them; null when they may. */
  roles: { role: Role; whyNot: string | null }[]
  whyNotRemove: string | null
}

/** Everybody who belongs to the organisation now, the longest first, as `own`, the role of whoever looks, sees them. */
export async function listMembers(
  db: Database,
  organisationId: OrganisationId,
  own: Role,
): Promise<MemberListed[]> {
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
  const owners = rows.filter((row) => row.role === 'owner').length
  return rows.map((row) => {
    const role = roleSchema.parse(row.role)
    const whyNot = (next: Role | undefined) =>
      refusalToChange({ own, role, next, isLastOwner: role === 'owner' && owners === 1 })?.what ?? null
    return {
      userId: row.userId,
      name: people.get(row.userId)?.name ?? '',
      email: people.get(row.userId)?.email ?? '',
      role,
      since: row.since,
      roles: roles.map((next) => ({ role: next, whyNot: whyNot(next) })),
      whyNotRemove: whyNot(undefined),
    }
  })
}

/**
 * Gives a member another role, or (undefined) ends their membership, for somebody who `may` 'members.change'. The
 * same role again changes nothing. Throws not-found for somebody who is no member, `last-owner`, and
 * `role-above-yours` when either role is above that of `by`.
 */
export async function changeMember(
  db: Database,
  organisationId: OrganisationId,
  change: { userId: string; role: Role | undefined; by: UserId },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    await lockMembers(tx, organisationId)
    const own = await currentMember(tx, organisationId, change.by)
    const member = await currentMember(tx, organisationId, change.userId)
    // Once more, behind the lock: their role may have changed since the request began.
    if (own === undefined || !may(own.role, 'members.change')) throw notFound('organisation')
    if (member === undefined) throw notFound('member')
    const isLastOwner = member.role === 'owner' && !(await hasOtherOwner(tx, organisationId, member.userId))
    const refusal = refusalToChange({ own: own.role, role: member.role, next: change.role, isLastOwner })
    if (refusal !== undefined) throw new UserError(refusal)
    await setRole(tx, organisationId, { ...change, userId: member.userId }, clock)
  })
}

/** Ends one's own membership. Throws not-found for who is no member, and `last-owner`. */
export async function leaveOrganisation(
  db: Database,
  organisationId: OrganisationId,
  userId: UserId,
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    await lockMembers(tx, organisationId)
    if ((await currentMember(tx, organisationId, userId)) === undefined) throw notFound('organisation')
    await setRole(tx, organisationId, { userId, role: undefined, by: userId }, clock)
  })
}

/** The person's role now, to be relied on until the transaction ends: nobody's changes meanwhile. */
export async function lockedRoleOf(
  tx: Tx,
  organisationId: OrganisationId,
  userId: UserId,
): Promise<Role | undefined> {
  await lockMembers(tx, organisationId)
  return (await currentMember(tx, organisationId, userId))?.role
}

/**
 * Gives a person a role, another role, or (undefined) none. Roles are never overwritten: the row ends and a new
 * one begins at the same moment, so that seats can be counted from the rows to the minute. The same role again
 * changes nothing. Whoever is no member any more loses their tokens, and invitations that they sent and may not
 * send any more are withdrawn. Throws `last-owner` when the organisation would be left without an owner.
 */
export async function setRole(
  tx: Tx,
  organisationId: OrganisationId,
  change: { userId: UserId; role: Role | undefined; by: string },
  clock: Clock,
): Promise<void> {
  await lockMembers(tx, organisationId)
  const now = clock.now()
  const before = await currentMember(tx, organisationId, change.userId)
  if (before?.role === change.role) return
  if (before?.role === 'owner' && !(await hasOtherOwner(tx, organisationId, change.userId))) {
    throw new UserError(lastOwner)
  }
  if (before !== undefined) await tx.member.update({ where: { id: before.id }, data: { until: now } })
  if (change.role !== undefined) {
    const { userId, role } = change
    await tx.member.create({ data: { id: newId('member', now), organisationId, userId, role, since: now } })
  }
  const lost = before === undefined ? {} : await takeWhatGoes(tx, organisationId, change, now)
  await audit(tx, organisationId, {
    actor: change.by,
    action: 'members.set-role',
    subject: change.userId,
    at: now,
    detail: { before: before?.role ?? null, after: change.role ?? null, ...lost },
  })
  await announce(tx, organisationId, 'members')
}

/** A token would come back to life with its maker, and an invitation would give what its sender no longer has. */
async function takeWhatGoes(
  tx: Tx,
  organisationId: OrganisationId,
  { userId, role }: { userId: UserId; role: Role | undefined },
  now: Date,
): Promise<Record<string, number>> {
  const tokens =
    role === undefined
      ? await tx.token.updateMany({
          where: { organisationId, userId, revokedAt: null, expiresAt: { gt: now } },
          data: { revokedAt: now },
        })
      : { count: 0 }
  const mayStillGive =
    role === undefined || !may(role, 'members.invite')
      ? []
      : roles.filter((given) => refusalToGive(role, given) === undefined)
  const invitations = await tx.invitation.updateMany({
    where: {
      organisationId,
      invitedBy: userId,
      acceptedAt: null,
      withdrawnAt: null,
      role: { notIn: mayStillGive },
    },
    data: { withdrawnAt: now },
  })
  return {
    ...(tokens.count > 0 ? { tokensRevoked: tokens.count } : {}),
    ...(invitations.count > 0 ? { invitationsWithdrawn: invitations.count } : {}),
  }
}

/** Changes of one organisation's members happen one after the other, until the transaction ends. */
async function lockMembers(tx: Tx, organisationId: OrganisationId): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`members:${organisationId}`}, 0))::text`
}

async function hasOtherOwner(tx: Tx, organisationId: OrganisationId, userId: UserId): Promise<boolean> {
  const others = await tx.member.count({
    where: { organisationId, until: null, role: 'owner', userId: { not: userId } },
  })
  return others > 0
}

async function currentMember(tx: Tx, organisationId: OrganisationId, userId: string) {
  const row = await tx.member.findFirst({ where: { organisationId, userId, until: null } })
  return row === null
    ? undefined
    : { id: row.id, userId: asId('user', row.userId), role: roleSchema.parse(row.role) }
}
