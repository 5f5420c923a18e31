import { newId, type OrganisationId, stoppedClock, type UserId } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { acceptInvitation, lookAtInvitation } from './accept-invitation.ts'
import { listAudit, verifyAudit } from './audit.ts'
import type { Role } from './decide/access.ts'
import { invite, listInvitations, resendInvitation, withdrawInvitation } from './invitations.ts'
import { changeMember, leaveOrganisation, listMembers, roleOf, setRole } from './members.ts'
import { createOrganisation } from './organisations.ts'
import { addPerson } from './testing.ts'
import { createToken, holderOfToken } from './tokens.ts'

const publicUrl = 'http://slipway.test'
const clock = stoppedClock(new Date('2026-03-01T12:00:00Z'))
let database: Awaited<ReturnType<typeof testDatabase>>
let ada: UserId
let organisationId: OrganisationId

beforeAll(async () => {
  database = await testDatabase()
  ada = await addPerson(database.db, 'Ada')
  organisationId = (await createOrganisation(database.db, { name: 'Engines', userId: ada }, clock)).id
})

afterAll(() => database.close())

let counter = 0
const freshAddress = () => `guest-${++counter}@example.com`
const asker = () => ({ publicUrl, by: ada })

async function invited(email: string, role: Role = 'member') {
  const { id } = await invite(database.db, organisationId, { ...asker(), email, role }, clock)
  return { id, token: await lastToken(email.toLowerCase()) }
}

const mailSchema = z.object({ to: z.string(), text: z.string() })

async function mailsTo(address: string): Promise<string[]> {
  const rows = await database.db.inSystem('relay the outbox', (tx) =>
    tx.outbox.findMany({ where: { name: 'organisations.send-mail' }, orderBy: { id: 'asc' } }),
  )
  const mails = rows.map((row) => mailSchema.parse(row.payload))
  return mails.filter(({ to }) => to === address).map(({ text }) => text)
}

async function lastToken(address: string): Promise<string> {
  const link = /http:\/\/slipway\.test\/invitation\/(\S+)/.exec((await mailsTo(address)).at(-1) ?? '')
  if (link?.[1] === undefined) throw new Error(`no invitation was mailed to ${address}`)
  return link[1]
}

const accept = (token: string, userId: UserId, email: string) =>
  acceptInvitation(database.db, token, { userId, email }, clock)

const member = async (role: Role) => {
  const userId = await addPerson(database.db, 'Somebody')
  await database.db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId, role, by: ada }, clock),
  )
  return userId
}

const refusedWith = (code: string) => ({ fields: { code } })

test('an invitation makes its person a member once, and the log tells who invited and who came', async () => {
  const { db } = database
  const email = freshAddress()
  const { id, token } = await invited(email.toUpperCase(), 'member')
  expect(await lookAtInvitation(db, token, clock)).toMatchObject({
    organisation: { name: 'Engines' },
    email,
    role: 'member',
    inviter: 'Ada',
    state: 'open',
  })
  const guest = await addPerson(db, 'Guest')
  await accept(token, guest, email)
  expect(await roleOf(db, organisationId, guest)).toBe('member')
  expect((await lookAtInvitation(db, token, clock)).state).toBe('accepted')
  await expect(accept(token, guest, email)).rejects.toMatchObject(refusedWith('invitation-ended'))
  const { entries } = await listAudit(db, organisationId)
  const about = entries.filter((entry) => entry.subject === id).map(({ action, actor }) => [action, actor])
  expect(about).toEqual([
    ['invitations.accept', guest],
    ['invitations.create', ada],
  ])
  expect((await verifyAudit(db, organisationId)).brokenAt).toBeUndefined()
})

test('of two who use a link at the same moment one comes in', async () => {
  const email = freshAddress()
  const { token } = await invited(email)
  const guests = await Promise.all([addPerson(database.db, 'One'), addPerson(database.db, 'Two')])
  const outcomes = await Promise.allSettled(guests.map((guest) => accept(token, guest, email)))
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('somebody with another address is told whom it is for, and stays outside', async () => {
  const email = freshAddress()
  const { token } = await invited(email)
  const other = await addPerson(database.db, 'Other')
  const refused = accept(token, other, 'other@example.com')
  await expect(refused).rejects.toMatchObject(refusedWith('invitation-other-address'))
  await expect(refused).rejects.toThrow(email)
  expect(await roleOf(database.db, organisationId, other)).toBeUndefined()
})

test('after seven days it is over; sent again it holds anew, and the link before does not', async () => {
  const { db } = database
  const email = freshAddress()
  const guest = await addPerson(db, 'Late')
  const { id, token } = await invited(email)
  clock.advance(7 * 86_400_000)
  await expect(accept(token, guest, email)).rejects.toMatchObject(refusedWith('invitation-ended'))
  expect(await listInvitations(db, organisationId, 'owner', clock)).toContainEqual(
    expect.objectContaining({ id, isExpired: true }),
  )
  await resendInvitation(db, organisationId, { ...asker(), invitationId: id }, clock)
  await expect(lookAtInvitation(db, token, clock)).rejects.toMatchObject(refusedWith('not-found'))
  await accept(await lastToken(email), guest, email)
  expect(await roleOf(db, organisationId, guest)).toBe('member')
})

test('withdrawn, it holds no more and is listed no more', async () => {
  const { db } = database
  const email = freshAddress()
  const { id, token } = await invited(email)
  await withdrawInvitation(db, organisationId, { invitationId: id, by: ada }, clock)
  const guest = await addPerson(db, 'Guest')
  await expect(accept(token, guest, email)).rejects.toMatchObject(refusedWith('invitation-ended'))
  const listed = await listInvitations(db, organisationId, 'owner', clock)
  expect(listed.map((invitation) => invitation.id)).not.toContain(id)
  await expect(
    resendInvitation(db, organisationId, { ...asker(), invitationId: id }, clock),
  ).rejects.toMatchObject(refusedWith('not-found'))
})

test('an address has one invitation that waits, and a member needs none', async () => {
  const email = freshAddress()
  await invited(email)
  await expect(invited(email)).rejects.toMatchObject(refusedWith('invitation-waits'))
  clock.advance(7 * 86_400_000)
  await invited(email)
  const own = (await listMembers(database.db, organisationId, 'owner'))[0]?.email ?? ''
  await expect(invited(own)).rejects.toMatchObject(refusedWith('already-member'))
})

test('nobody invites above their own role, nor touches an invitation that is', async () => {
  const { db } = database
  const admin = await member('admin')
  const asAdmin = { publicUrl, by: admin }
  const above = { ...asAdmin, email: freshAddress(), role: 'owner' as const }
  await expect(invite(db, organisationId, above, clock)).rejects.toMatchObject(
    refusedWith('role-above-yours'),
  )
  const { id } = await invited(freshAddress(), 'owner')
  const withdrawn = withdrawInvitation(db, organisationId, { invitationId: id, by: admin }, clock)
  await expect(withdrawn).rejects.toMatchObject(refusedWith('role-above-yours'))
  const resent = resendInvitation(db, organisationId, { ...asAdmin, invitationId: id }, clock)
  await expect(resent).rejects.toMatchObject(refusedWith('role-above-yours'))
  const [shown] = (await listInvitations(db, organisationId, 'admin', clock)).filter((one) => one.id === id)
  expect(shown?.whyNot).toMatch(/owner/)
})

test('the invitations of somebody who may no longer send them end with their right to', async () => {
  const { db } = database
  const owner = await member('owner')
  const addresses = [freshAddress(), freshAddress()] as const
  const asOwner = { publicUrl, by: owner }
  await invite(db, organisationId, { ...asOwner, email: addresses[0], role: 'owner' }, clock)
  await invite(db, organisationId, { ...asOwner, email: addresses[1], role: 'member' }, clock)
  const waiting = async () => {
    const listed = await listInvitations(db, organisationId, 'owner', clock)
    return listed.map(({ email }) => email).filter((email) => addresses.some((one) => one === email))
  }
  await changeMember(db, organisationId, { userId: owner, role: 'admin', by: ada }, clock)
  expect(await waiting()).toEqual([addresses[1]])
  await changeMember(db, organisationId, { userId: owner, role: undefined, by: ada }, clock)
  expect(await waiting()).toEqual([])
})

test('whoever was removed has no token any more, also when they come back', async () => {
  const { db } = database
  const bob = await member('member')
  const asked = { userId: bob, name: 'laptop', scopes: ['git' as const], days: 30 }
  const { token } = await createToken(db, organisationId, asked, clock)
  await changeMember(db, organisationId, { userId: bob, role: undefined, by: ada }, clock)
  expect(await holderOfToken(db, token, 'git', clock)).toBeUndefined()
  await db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId: bob, role: 'member', by: ada }, clock),
  )
  expect(await holderOfToken(db, token, 'git', clock)).toBeUndefined()
})

test('an admin changes those up to admin, an owner all but the last owner; anybody else may leave', async () => {
  const { db } = database
  const { id } = await createOrganisation(db, { name: 'Small', userId: ada }, clock)
  const [admin, bob] = await Promise.all([addPerson(db, 'Admin'), addPerson(db, 'Bob')])
  await db.inOrganisation(id, async (tx) => {
    await setRole(tx, id, { userId: admin, role: 'admin', by: ada }, clock)
    await setRole(tx, id, { userId: bob, role: 'viewer', by: ada }, clock)
  })
  const change = (by: UserId, userId: UserId, role: Role | undefined) =>
    changeMember(db, id, { userId, role, by }, clock)
  await change(admin, bob, 'admin')
  await expect(change(admin, bob, 'owner')).rejects.toMatchObject(refusedWith('role-above-yours'))
  await expect(change(admin, ada, 'member')).rejects.toMatchObject(refusedWith('last-owner'))
  await expect(change(ada, ada, 'member')).rejects.toMatchObject(refusedWith('last-owner'))
  await expect(leaveOrganisation(db, id, ada, clock)).rejects.toMatchObject(refusedWith('last-owner'))
  await expect(change(ada, await addPerson(db, 'Eve'), 'member')).rejects.toMatchObject(
    refusedWith('not-found'),
  )
  const plain = await addPerson(db, 'Plain')
  await db.inOrganisation(id, (tx) => setRole(tx, id, { userId: plain, role: 'member', by: ada }, clock))
  await expect(change(plain, plain, 'viewer')).rejects.toMatchObject(refusedWith('not-found'))
  const seen = (await listMembers(db, id, 'owner')).find(({ userId }) => userId === ada)
  expect(seen?.whyNotRemove).toMatch(/only owner/)
  await leaveOrganisation(db, id, bob, clock)
  expect(await roleOf(db, id, bob)).toBeUndefined()
  await expect(leaveOrganisation(db, id, bob, clock)).rejects.toMatchObject(refusedWith('not-found'))
})

test('a link that was made up leads nowhere', async () => {
  const { db } = database
  await expect(lookAtInvitation(db, newId('token'), clock)).rejects.toMatchObject(refusedWith('not-found'))
})
