import { createHash, randomBytes } from 'node:crypto'
import { type Clock, newId, notFound, type OrganisationId, UserError, type UserId } from '@slipway/core'
import { announce, type Database, type Tx } from '@slipway/db'
import { z } from 'zod'
import { audit } from './audit.ts'
import { may, type Role, roles } from './decide/access.ts'
import { refusalToGive } from './decide/may-change-member.ts'
import { invitationMail } from './invitation-mail.ts'
import { lockedRoleOf } from './members.ts'
import { peopleOf } from './people.ts'
import { sendMail } from './send-mail.ts'

const roleSchema = z.enum(roles)

/** How long a link holds. */
export const validDays = 7
const validMilliseconds = validDays * 86_400_000
/** Waiting at the same time, in one organisation: enough for a company's first day, too few to be a mailing. */
const waitingMax = 100

export const invitationEmail = z
  .email()
  .max(320)
  .transform((value) => value.toLowerCase())

/** Who asks, and where the mailed link leads. */
type Asker = { by: UserId; publicUrl: string }

/**
 * Mails a link by which the person with this address, and nobody else, joins with this role: once, within seven
 * days. For who `may` 'members.invite'. Throws `role-above-yours`, `already-member`, `invitation-waits` or
 * `too-many-invitations`.
 */
export async function invite(
  db: Database,
  organisationId: OrganisationId,
  asked: Asker & { email: string; role: Role },
  clock: Clock,
): Promise<{ id: string }> {
  const email = invitationEmail.parse(asked.email)
  const sender = await addressOf(db, asked.by)
  return db.inOrganisation(organisationId, async (tx) => {
    await refuseRoleAbove(tx, organisationId, asked.by, asked.role)
    const now = clock.now()
    await refuseMember(db, tx, organisationId, email)
    await makeRoom(tx, organisationId, email, now)
    const id = newId('invitation', now)
    const { token, ...times } = freshLink(now)
    await tx.invitation.create({
      data: { id, organisationId, email, role: asked.role, invitedBy: asked.by, createdAt: now, ...times },
    })
    await mailLink(tx, organisationId, { ...asked, email, sender, token }, clock)
    await noteInvitation(
      tx,
      organisationId,
      'invitations.create',
      { id, email, role: asked.role },
      asked.by,
      now,
    )
    return { id }
  })
}

export type InvitationListed = {
  id: string
  email: string
  role: Role
  sentAt: Date
  expiresAt: Date
  isExpired: boolean
  inviter: string
  /** Why whoever looks may neither send it again nor withdraw it; null when they may. */
  whyNot: string | null
}

/** Those that were neither accepted nor withdrawn, the newest first, as `own`, the role of whoever looks, sees them. */
export async function listInvitations(
  db: Database,
  organisationId: OrganisationId,
  own: Role,
  clock: Clock,
): Promise<InvitationListed[]> {
  const rows = await db.inOrganisation(organisationId, (tx) =>
    tx.invitation.findMany({
      where: { organisationId, acceptedAt: null, withdrawnAt: null },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    }),
  )
  const people = await peopleOf(
    db,
    rows.map((row) => row.invitedBy),
  )
  return rows.map((row) => {
    const role = roleSchema.parse(row.role)
    return {
      id: row.id,
      email: row.email,
      role,
      sentAt: row.sentAt,
      expiresAt: row.expiresAt,
      isExpired: row.expiresAt <= clock.now(),
      inviter: people.get(row.invitedBy)?.name ?? '',
      whyNot: refusalToGive(own, role)?.what ?? null,
    }
  })
}

/** Mails a new link, good for seven days from now; the one before ends. Throws not-found and `role-above-yours`. */
export async function resendInvitation(
  db: Database,
  organisationId: OrganisationId,
  asked: Asker & { invitationId: string },
  clock: Clock,
): Promise<void> {
  const sender = await addressOf(db, asked.by)
  await db.inOrganisation(organisationId, async (tx) => {
    const { id, email, role } = await waitingInvitation(tx, organisationId, asked)
    const now = clock.now()
    const { token, ...times } = freshLink(now)
    await tx.invitation.update({ where: { id }, data: { ...times, invitedBy: asked.by } })
    await mailLink(tx, organisationId, { ...asked, email, role, sender, token }, clock)
    await noteInvitation(tx, organisationId, 'invitations.resend', { id, email, role }, asked.by, now)
  })
}

/** Ends its link at once. Throws not-found and `role-above-yours`. */
export async function withdrawInvitation(
  db: Database,
  organisationId: OrganisationId,
  asked: { invitationId: string; by: UserId },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const { id, email, role } = await waitingInvitation(tx, organisationId, asked)
    const now = clock.now()
    await tx.invitation.update({ where: { id }, data: { withdrawnAt: now } })
    await noteInvitation(tx, organisationId, 'invitations.withdraw', { id, email, role }, asked.by, now)
  })
}

function freshLink(now: Date): { token: string; hash: string; sentAt: Date; expiresAt: Date } {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = new Date(now.getTime() + validMilliseconds)
  return { token, hash: digestOf(token), sentAt: now, expiresAt }
}

/** What is kept of the token in a link. Plain SHA-256: there are 256 random bits, so that there is nothing to guess. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

async function mailLink(
  tx: Tx,
  organisationId: OrganisationId,
  asked: { email: string; role: Role; sender: string; token: string; publicUrl: string },
  clock: Clock,
): Promise<void> {
  const { slug } = await tx.organisation.findUniqueOrThrow({ where: { id: organisationId } })
  const url = new URL(`/invitation/${asked.token}`, asked.publicUrl).href
  const { role, sender } = asked
  const mail = invitationMail(asked.email, { organisation: slug, role, sender, days: validDays, url })
  await sendMail(tx, mail, clock, { organisationId })
}

/** In the audit log, and to whoever looks at the page of people. */
export async function noteInvitation(
  tx: Tx,
  organisationId: OrganisationId,
  action: string,
  { id, email, role }: { id: string; email: string; role: Role },
  actor: string,
  at: Date,
): Promise<void> {
  await audit(tx, organisationId, { actor, action, subject: id, at, detail: { email, role } })
  await announce(tx, organisationId, 'members')
}

/** Whoever invites is asked for their role once more, behind the lock: it may have changed since the request began. */
async function refuseRoleAbove(
  tx: Tx,
  organisationId: OrganisationId,
  by: UserId,
  role: Role,
): Promise<void> {
  const own = await lockedRoleOf(tx, organisationId, by)
  if (own === undefined || !may(own, 'members.invite')) throw notFound('organisation')
  const refusal = refusalToGive(own, role)
  if (refusal !== undefined) throw new UserError(refusal)
}

async function waitingInvitation(
  tx: Tx,
  organisationId: OrganisationId,
  asked: { invitationId: string; by: UserId },
): Promise<{ id: string; email: string; role: Role }> {
  const row = await tx.invitation.findFirst({
    where: { organisationId, id: asked.invitationId, acceptedAt: null, withdrawnAt: null },
  })
  if (row === null) throw notFound('invitation')
  const role = roleSchema.parse(row.role)
  await refuseRoleAbove(tx, organisationId, asked.by, role)
  return { id: row.id, email: row.email, role }
}

async function refuseMember(
  db: Database,
  tx: Tx,
  organisationId: OrganisationId,
  email: string,
): Promise<void> {
  const members = await tx.member.findMany({ where: { organisationId, until: null } })
  const people = await peopleOf(
    db,
    members.map((member) => member.userId),
  )
  if (![...people.values()].some((person) => person.email.toLowerCase() === email)) return
  throw new UserError({
    code: 'already-member',
    kind: 'conflict',
    what: `${email} is a member already.`,
    why: 'An invitation is for somebody who is not.',
    todo: 'Change their role in the list of members.',
  })
}

/** One invitation waits for an address; one that is too old makes room for the next. */
async function makeRoom(tx: Tx, organisationId: OrganisationId, email: string, now: Date): Promise<void> {
  const waiting = { organisationId, acceptedAt: null, withdrawnAt: null }
  await tx.invitation.updateMany({
    where: { ...waiting, email, expiresAt: { lte: now } },
    data: { withdrawnAt: now },
  })
  if ((await tx.invitation.count({ where: { ...waiting, email } })) > 0) throw waitsAlready(email)
  const open = await tx.invitation.count({ where: { ...waiting, expiresAt: { gt: now } } })
  if (open >= waitingMax) throw tooMany()
}

async function addressOf(db: Database, userId: UserId): Promise<string> {
  const person = (await peopleOf(db, [userId])).get(userId)
  if (person === undefined) throw notFound('person')
  return person.email
}

function waitsAlready(email: string): UserError {
  return new UserError({
    code: 'invitation-waits',
    kind: 'conflict',
    what: `${email} is invited already.`,
    why: 'One invitation waits for an address, so that withdrawing it ends all there is.',
    todo: 'Send it again, or withdraw it first.',
  })
}

function tooMany(): UserError {
  return new UserError({
    code: 'too-many-invitations',
    kind: 'too-many',
    what: `${waitingMax} invitations wait in this organisation already.`,
    why: 'Invitations are mails of ours; they are no way to write to many.',
    todo: 'Withdraw some, or wait until some are accepted.',
  })
}
