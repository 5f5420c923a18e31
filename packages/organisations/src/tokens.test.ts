import { type OrganisationId, stoppedClock, type UserId } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAudit } from './audit.ts'
import { setRole } from './members.ts'
import { createOrganisation } from './organisations.ts'
import { addPerson } from './testing.ts'
import { createToken, holderOfToken, listTokens, revokeToken } from './tokens.ts'

const clock = stoppedClock(new Date('2026-03-01T12:00:00Z'))
let database: Awaited<ReturnType<typeof testDatabase>>
let ada: UserId
let bob: UserId
let organisationId: OrganisationId

beforeAll(async () => {
  database = await testDatabase()
  ada = await addPerson(database.db, 'Ada')
  bob = await addPerson(database.db, 'Bob')
  organisationId = (await createOrganisation(database.db, { name: 'Engines', userId: ada }, clock)).id
  await giveBob('member')
})

afterAll(() => database.close())

const giveBob = (role: 'viewer' | 'member' | undefined) =>
  database.db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId: bob, role, by: ada }, clock),
  )

const bobsToken = (days = 30) =>
  createToken(database.db, organisationId, { userId: bob, name: 'laptop', scopes: ['git'], days }, clock)

test('a token names its maker, with the role that the maker has now', async () => {
  const { token, id } = await bobsToken()
  const holder = { tokenId: id, organisationId, userId: bob }
  expect(await holderOfToken(database.db, token, 'git', clock)).toEqual({ ...holder, role: 'member' })
  await giveBob('viewer')
  expect(await holderOfToken(database.db, token, 'git', clock)).toEqual({ ...holder, role: 'viewer' })
  await giveBob('member')
})

test('a token of an organisation that is gone is nobody', async () => {
  const { db } = database
  const { id } = await createOrganisation(db, { name: 'Gone', userId: ada }, clock)
  const { token } = await createToken(db, id, { userId: ada, name: 'ci', scopes: ['api'], days: 1 }, clock)
  expect(await holderOfToken(db, token, 'api', clock)).toMatchObject({ organisationId: id })
  await db.inOrganisation(id, (tx) =>
    tx.organisation.update({ where: { id }, data: { deletedAt: clock.now() } }),
  )
  expect(await holderOfToken(db, token, 'api', clock)).toBeUndefined()
})

test('the token lies nowhere in the database', async () => {
  const { token } = await bobsToken()
  const rows = await database.db.inOrganisation(organisationId, async (tx) => [
    await tx.token.findMany(),
    await tx.auditEntry.findMany(),
  ])
  expect(JSON.stringify(rows)).not.toContain(token)
  expect(await verifyAudit(database.db, organisationId)).toMatchObject({ brokenAt: undefined })
})

test('a token is nobody with another scope, another letter, after its end, once revoked, or when its maker is gone', async () => {
  const { db } = database
  const { token } = await bobsToken()
  expect(await holderOfToken(db, token, 'api', clock)).toBeUndefined()
  expect(
    await holderOfToken(db, `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`, 'git', clock),
  ).toBeUndefined()

  const later = stoppedClock(new Date(clock.now().getTime() + 30 * 86_400_000))
  expect(await holderOfToken(db, token, 'git', later)).toBeUndefined()

  await giveBob(undefined)
  expect(await holderOfToken(db, token, 'git', clock)).toBeUndefined()
  await giveBob('member')

  const next = await bobsToken()
  expect(await holderOfToken(db, next.token, 'git', clock)).toBeDefined()
  await revokeToken(db, organisationId, { tokenId: next.id, by: bob, ofUser: bob }, clock)
  await revokeToken(db, organisationId, { tokenId: next.id, by: bob, ofUser: bob }, clock)
  expect(await holderOfToken(db, next.token, 'git', clock)).toBeUndefined()
})

test("a member neither sees nor ends another's token; an admin does both", async () => {
  const { db } = database
  const { id } = await createToken(
    db,
    organisationId,
    { userId: ada, name: 'ci', scopes: ['api'], days: 1 },
    clock,
  )
  const idsOf = async (userId: UserId | undefined) =>
    (await listTokens(db, organisationId, userId, clock)).map((token) => token.id)
  expect(await idsOf(bob)).not.toContain(id)
  expect(await idsOf(undefined)).toContain(id)
  await expect(
    revokeToken(db, organisationId, { tokenId: id, by: bob, ofUser: bob }, clock),
  ).rejects.toMatchObject({
    fields: { kind: 'not-found' },
  })
  await revokeToken(db, organisationId, { tokenId: id, by: ada, ofUser: undefined }, clock)
  expect(await idsOf(undefined)).not.toContain(id)
})
