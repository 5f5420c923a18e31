import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { addApp, addTenant } from '@slipway/environments/testing'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { isStale, type LookAt, lookAgainAt, putOff } from './look.ts'
import { pushTo } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-27T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const wake = { name: 'test.look', payload: {} }

let at: LookAt
beforeEach(async () => {
  const app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  await pushTo(db, clock, { app, by: userId })
  const { id } = await db.inOrganisation(organisationId, (tx) =>
    tx.execution.findFirstOrThrow({ where: { appId: app.id } }),
  )
  at = { organisationId, executionId: asId('execution', id), path: 'build/1' }
  await db.inOrganisation(organisationId, (tx) => tx.outbox.deleteMany({ where: { name: wake.name } }))
})

/** When looks are to come, and whether they will be taken for wanted then. */
async function looks(): Promise<[due: string, isWanted: boolean][]> {
  const rows = await db.inOrganisation(organisationId, (tx) =>
    tx.outbox.findMany({ where: { name: wake.name }, orderBy: { dueAt: 'asc' } }),
  )
  return Promise.all(
    rows.map(async ({ dueAt }): Promise<[string, boolean]> => {
      const due = dueAt.toISOString()
      return [due.slice(11, 23), !(await isStale(db, at, due))]
    }),
  )
}

async function waits(until: string): Promise<void> {
  const { executionId, path } = at
  const step = { organisationId, executionId, path, position: 0, name: 'one', state: 'waiting' }
  await db.inOrganisation(organisationId, (tx) =>
    tx.deploymentStep.create({ data: { ...step, waitUntil: new Date(until) } }),
  )
}

test('a look that is put off by a clock that is behind is not taken for stale when it comes', async () => {
  const timer = '2026-11-27T10:00:20.000Z'
  await waits(timer)
  await putOff(db, { ...at, timer }, wake, new Date('2026-11-27T10:00:17Z'))
  expect(await looks()).toEqual([['10:00:20.000', true]])
})

test('a look that comes early asks for its own moment again, though its own row is still there', async () => {
  const timer = '2026-11-27T10:00:20.000Z'
  await waits(timer)
  await lookAgainAt(db, at, wake, new Date(timer))
  await lookAgainAt(db, { ...at, timer }, wake, new Date(timer))
  expect(await looks()).toEqual([
    ['10:00:20.000', true],
    ['10:00:20.000', true],
  ])
})

test('looks that are put off in one moment are one', async () => {
  for (const milliseconds of [10, 100, 240])
    await putOff(db, at, wake, new Date(clock.now().getTime() + milliseconds))
  expect(await looks()).toEqual([['10:00:00.500', true]])
})
