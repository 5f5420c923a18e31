import { asId, type Clock, notFound, UserError, type UserId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { type Role, roles } from './decide/access.ts'
import { digestOf, noteInvitation, validDays } from './invitations.ts'
import { lockedRoleOf, setRole } from './members.ts'
import { peopleOf } from './people.ts'

const roleSchema = z.enum(roles)

type InvitationState = 'open' | 'expired' | 'withdrawn' | 'accepted'

export type InvitationShown = {
  organisation: { name: string; slug: string }
  email: string
  role: Role
  inviter: string
  expiresAt: Date
  state: InvitationState
}

/** What whoever has the mailed link may see before they sign in. Throws not-found for a link that was replaced. */
export async function lookAtInvitation(db: Database, token: string, clock: Clock): Promise<InvitationShown> {
  const found = await findInvitation(db, token)
  const inviter = (await peopleOf(db, [found.invited_by])).get(found.invited_by)
  return {
    organisation: { name: found.name, slug: found.slug },
    email: found.email,
    role: found.role,
    inviter: inviter?.name ?? '',
    expiresAt: found.expires_at,
    state: stateOf(
      { acceptedAt: found.accepted_at, withdrawnAt: found.withdrawn_at, expiresAt: found.expires_at },
      clock.now(),
    ),
  }
}

/**
 * Makes the person a member with the role of the invitation; whoever is one already keeps the role they have.
 * Throws not-found, `invitation-other-address`, or `invitation-ended` when it was used, withdrawn or is too old.
 */
export async function acceptInvitation(
  db: Database,
  token: string,
  person: { userId: UserId; email: string },
  clock: Clock,
): Promise<{ slug: string }> {
  const found = await findInvitation(db, token)
  if (found.email !== person.email.toLowerCase()) throw otherAddress(found.email, person.email)
  const organisationId = asId('organisation', found.organisation_id)
  await db.inOrganisation(organisationId, async (tx) => {
    const own = await lockedRoleOf(tx, organisationId, person.userId)
    const row = await tx.invitation.findUniqueOrThrow({ where: { id: found.id } })
    const now = clock.now()
    const state = stateOf(row, now)
    if (state !== 'open') throw ended(state)
    await tx.invitation.update({ where: { id: row.id }, data: { acceptedAt: now } })
    const { id, email } = row
    const role = roleSchema.parse(row.role)
    await noteInvitation(tx, organisationId, 'invitations.accept', { id, email, role }, person.userId, now)
    if (own !== undefined) return
    await setRole(tx, organisationId, { userId: person.userId, role, by: person.userId }, clock)
  })
  return { slug: found.slug }
}

const foundRows = z
  .array(
    z.object({
      id: z.string(),
      organisation_id: z.string(),
      name: z.string(),
      slug: z.string(),
      email: z.string(),
      role: roleSchema,
      invited_by: z.string(),
      expires_at: z.date(),
      accepted_at: z.date().nullable(),
      withdrawn_at: z.date().nullable(),
    }),
  )
  .max(1)

async function findInvitation(db: Database, token: string): Promise<z.infer<typeof foundRows>[number]> {
  const rows = await db.statementInSystem(
    'look up an invitation',
    Prisma.sql`select invitation.*, organisation.name, organisation.slug
      from invitation join organisation on organisation.id = invitation.organisation_id
      where invitation.hash = ${digestOf(token)} and organisation.deleted_at is null`,
  )
  const found = foundRows.parse(rows)[0]
  if (found === undefined) throw notFound('invitation')
  return found
}

function stateOf(
  row: { acceptedAt: Date | null; withdrawnAt: Date | null; expiresAt: Date },
  now: Date,
): InvitationState {
  if (row.acceptedAt !== null) return 'accepted'
  if (row.withdrawnAt !== null) return 'withdrawn'
  return row.expiresAt <= now ? 'expired' : 'open'
}

function otherAddress(invited: string, own: string): UserError {
  return new UserError({
    code: 'invitation-other-address',
    kind: 'forbidden',
    what: `This invitation is for ${invited}, and you are signed in as ${own}.`,
    why: 'An invitation is bound to the address that it was sent to.',
    todo: `Sign out and come back as ${invited}, or ask for an invitation to ${own}.`,
  })
}

const whyEnded = {
  accepted: 'It was accepted already, and holds once.',
  withdrawn: 'It was withdrawn.',
  expired: `It is older than ${validDays} days.`,
} as const

function ended(state: keyof typeof whyEnded): UserError {
  return new UserError({
    code: 'invitation-ended',
    kind: 'conflict',
    what: 'This invitation does not hold any more.',
    why: whyEnded[state],
    todo: 'Ask whoever sent it for another.',
  })
}
