import { newId, stoppedClock, type UserId } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listAudit, verifyAudit } from './audit.ts'
import { listMembers, roleOf, setRole } from './members.ts'
import { createOrganisation, organisationsOf } from './organisations.ts'
import { addPerson } from './testing.ts'

const clock = stoppedClock(new Date('2026-03-01T12:00:00Z'))
let database: Awaited<ReturnType<typeof testDatabase>>
let ada: UserId

beforeAll(async () => {
  database = await testDatabase()
  ada = await addPerson(database.db, 'Ada')
})

afterAll(() => database.close())

test('whoever makes an organisation owns it, and the log says so', async () => {
  const { db } = database
  const made = await createOrganisation(db, { name: 'Analytical Engines', userId: ada }, clock)
  expect(made.slug).toBe('analytical-engines')
  const mine = await organisationsOf(db, ada)
  expect(mine).toMatchObject([{ id: made.id, slug: made.slug, role: 'owner' }])
  expect(mine[0]?.actions).toContain('bill.switch-plan')
  const { entries } = await listAudit(db, made.id)
  expect(entries.map(({ action, actorName }) => [action, actorName])).toEqual([
    ['members.set-role', 'Ada'],
    ['organisations.create', 'Ada'],
  ])
  expect(await verifyAudit(db, made.id)).toMatchObject({ entries: 2, brokenAt: undefined })
})

test('two organisations of one name get two addresses; an address that was asked for is refused when taken', async () => {
  const { db } = database
  const asked = { name: 'Twins', userId: ada }
  const [first, second] = await Promise.all([
    createOrganisation(db, asked, clock),
    createOrganisation(db, asked, clock),
  ])
  expect(new Set([first.slug, second.slug]).size).toBe(2)
  await expect(createOrganisation(db, { ...asked, slug: 'twins' }, clock)).rejects.toMatchObject({
    fields: { code: 'slug-taken' },
  })
  await expect(createOrganisation(db, { ...asked, slug: 'Not A Slug' }, clock)).rejects.toMatchObject({
    fields: { code: 'slug-invalid' },
  })
})

test('a change of role ends one row and begins another at the same moment', async () => {
  const { db } = database
  const { id } = await createOrganisation(db, { name: 'Seats', userId: ada }, clock)
  const bob = await addPerson(db, 'Bob')
  const change = (role: 'viewer' | 'member' | undefined) =>
    db.inOrganisation(id, (tx) => setRole(tx, id, { userId: bob, role, by: ada }, clock))
  await change('viewer')
  clock.advance(60_000)
  await change('member')
  await change('member')
  clock.advance(60_000)
  await change(undefined)
  const rows = await db.inOrganisation(id, (tx) =>
    tx.member.findMany({ where: { organisationId: id, userId: bob }, orderBy: { since: 'asc' } }),
  )
  expect(rows.map(({ role }) => role)).toEqual(['viewer', 'member'])
  expect(rows[0]?.until).toEqual(rows[1]?.since)
  expect(rows[1]?.until).toEqual(clock.now())
  expect(await roleOf(db, id, bob)).toBeUndefined()
  expect((await listMembers(db, id, 'owner')).map(({ name }) => name)).toEqual(['Ada'])
})

test('the last owner cannot go', async () => {
  const { db } = database
  const { id } = await createOrganisation(db, { name: 'Lonely', userId: ada }, clock)
  await expect(
    db.inOrganisation(id, (tx) => setRole(tx, id, { userId: ada, role: 'member', by: ada }, clock)),
  ).rejects.toMatchObject({ fields: { code: 'last-owner' } })
  expect(await roleOf(db, id, ada)).toBe('owner')
})

test("a stranger's organisation is nobody's: no role, not listed", async () => {
  const { db } = database
  const { id } = await createOrganisation(db, { name: 'Private', userId: ada }, clock)
  const eve = await addPerson(db, 'Eve')
  expect(await roleOf(db, id, eve)).toBeUndefined()
  expect(await roleOf(db, newId('organisation'), ada)).toBeUndefined()
  expect(await organisationsOf(db, eve)).toEqual([])
})
