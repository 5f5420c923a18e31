import { randomInt } from 'node:crypto'
import { asId, type Clock, newId, type OrganisationId, UserError, type UserId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { z } from 'zod'
import { audit } from './audit.ts'
import { type Action, actionsOf, type Role, roles } from './decide/access.ts'
import { refusalToGive } from './decide/may-change-member.ts'
import { isSlug, slugFor } from './decide/slug.ts'
import { setRole } from './members.ts'

/** Enough for anybody's work and side projects; keeps one person from taking every good slug. */
const ownedMax = 20

const roleSchema = z.enum(roles)

export const organisationName = z.string().trim().min(1).max(80)

/**
 * Makes an organisation with its maker as owner. Without a slug one is made from the name, with digits behind
 * it when it is taken. Throws `slug-taken`, `slug-invalid` or `too-many-organisations`. Not safe to repeat:
 * each call makes another.
 */
export async function createOrganisation(
  db: Database,
  asked: { name: string; slug?: string | undefined; userId: UserId },
  clock: Clock,
): Promise<{ id: OrganisationId; slug: string; name: string }> {
  const name = organisationName.parse(asked.name)
  if (asked.slug !== undefined && !isSlug(asked.slug)) throw slugInvalid(asked.slug)
  return db.inSystem('create an organisation', async (tx) => {
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended('create-organisation', 0))::text`
    const owned = await tx.member.count({ where: { userId: asked.userId, role: 'owner', until: null } })
    if (owned >= ownedMax) throw tooMany()
    const slug =
      asked.slug === undefined ? await freeSlug(tx, slugFor(name)) : await claimSlug(tx, asked.slug)
    const now = clock.now()
    const id = newId('organisation', now)
    await tx.organisation.create({ data: { id, slug, name, createdAt: now } })
    await audit(tx, id, {
      actor: asked.userId,
      action: 'organisations.create',
      subject: id,
      at: now,
      detail: { slug },
    })
    await setRole(tx, id, { userId: asked.userId, role: 'owner', by: asked.userId }, clock)
    return { id, slug, name }
  })
}

export type OwnOrganisation = {
  id: OrganisationId
  slug: string
  name: string
  role: Role
  actions: Action[]
  /** Each role, and why the person may not give it to others there; null when they may. */
  roles: { role: Role; whyNot: string | null }[]
}

/** The organisations in which the person is a member now, by name, with all that they may do there. */
export async function organisationsOf(db: Database, userId: UserId): Promise<OwnOrganisation[]> {
  const members = await db.inSystem('find the organisations of a person', (tx) =>
    tx.member.findMany({
      where: { userId, until: null, organisation: { deletedAt: null } },
      include: { organisation: true },
      orderBy: { organisation: { name: 'asc' } },
    }),
  )
  return members.map((member) => {
    const role = roleSchema.parse(member.role)
    const { id, slug, name } = member.organisation
    return {
      id: asId('organisation', id),
      slug,
      name,
      role,
      actions: actionsOf(role),
      roles: roles.map((given) => ({ role: given, whyNot: refusalToGive(role, given)?.what ?? null })),
    }
  })
}

async function claimSlug(tx: Tx, slug: string): Promise<string> {
  if ((await tx.organisation.findUnique({ where: { slug } })) === null) return slug
  throw new UserError({
    code: 'slug-taken',
    kind: 'conflict',
    what: `The address "${slug}" is taken.`,
    why: 'Each organisation has an address of its own.',
    todo: 'Choose another one.',
  })
}

async function freeSlug(tx: Tx, wish: string): Promise<string> {
  for (let slug = wish; ; slug = `${wish.slice(0, 34).replace(/-$/, '')}-${randomInt(1000, 10_000)}`) {
    if ((await tx.organisation.findUnique({ where: { slug } })) === null) return slug
  }
}

function slugInvalid(slug: string): UserError {
  return new UserError({
    code: 'slug-invalid',
    what: `"${slug}" cannot be an organisation's address.`,
    why: 'It has 2 to 40 lower-case letters, digits and single hyphens in between.',
    todo: `Try "${slugFor(slug)}".`,
  })
}

function tooMany(): UserError {
  return new UserError({
    code: 'too-many-organisations',
    kind: 'too-many',
    what: `You own ${ownedMax} organisations already.`,
    why: 'This keeps one person from taking every name.',
    todo: 'Use one of them, or hand one to another owner.',
  })
}
