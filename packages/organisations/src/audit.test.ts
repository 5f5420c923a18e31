import { type OrganisationId, stoppedClock, type UserId } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit, listAudit, verifyAudit } from './audit.ts'
import { createOrganisation } from './organisations.ts'
import { addPerson } from './testing.ts'

const clock = stoppedClock(new Date('2026-03-01T12:00:00Z'))
let database: Awaited<ReturnType<typeof testDatabase>>
let ada: UserId

beforeAll(async () => {
  database = await testDatabase()
  ada = await addPerson(database.db, 'Ada')
})

afterAll(() => database.close())

const organisation = async () =>
  (await createOrganisation(database.db, { name: 'Logged', userId: ada }, clock)).id

const note = (id: OrganisationId, subject: string) =>
  database.db.inOrganisation(id, (tx) =>
    audit(tx, id, { actor: 'slipway', action: 'apps.create', subject, at: clock.now(), detail: { subject } }),
  )

test('entries written at the same time form one chain without gaps', async () => {
  const id = await organisation()
  await Promise.all(Array.from({ length: 8 }, (_, n) => note(id, `app_${n}`)))
  expect(await verifyAudit(database.db, id)).toMatchObject({ entries: 10, brokenAt: undefined })
})

test('a page is 50 entries, newest first, and names where the next begins', async () => {
  const id = await organisation()
  for (let n = 0; n < 60; n++) await note(id, `app_${n}`)
  const first = await listAudit(database.db, id)
  expect(first.entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: 50 }, (_, n) => 62 - n))
  const second = await listAudit(database.db, id, first.next)
  expect(second.entries).toHaveLength(12)
  expect(second.next).toBeUndefined()
})

test('the tenant role may neither change nor delete an entry', async () => {
  const id = await organisation()
  await expect(
    database.db.inOrganisation(id, (tx) => tx.auditEntry.updateMany({ data: { actor: 'nobody' } })),
  ).rejects.toThrow()
  await expect(database.db.inOrganisation(id, (tx) => tx.auditEntry.deleteMany())).rejects.toThrow()
  expect(await verifyAudit(database.db, id)).toMatchObject({ entries: 2, brokenAt: undefined })
})
