import { asId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { addApp, addTenant } from '@slipway/environments/testing'
import { afterAll, expect, test } from 'vitest'
import { appendEvent } from './append-event.ts'
import { executionSchema } from './decide/execution.ts'
import { holdStage, releaseStage } from './hold-stage.ts'
import { loadPipeline } from './pipeline-rows.ts'
import { recordEvent } from './record-event.ts'
import { advanceExecutionHandler, pushTo, runDueJobs, testHandlers } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-27T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const app = await addApp(db, acme, { name: 'shop' }, clock)

const inTenant = <T>(run: Parameters<typeof db.inOrganisation<T>>[1]) =>
  db.inOrganisation(organisationId, run)
const states = () =>
  inTenant((tx) => tx.execution.findMany({ where: { appId: app.id }, orderBy: { number: 'asc' } }))
const jobs = () =>
  inTenant((tx) => tx.outbox.findMany({ where: { doneAt: null }, orderBy: { id: 'asc' } })).then((rows) =>
    rows.map(({ name }) => name),
  )
const say = async (number: number) => {
  const row = (await states())[number - 1]
  const id = asId('execution', row?.id ?? '')
  const at = clock.now().toISOString()
  return inTenant((tx) =>
    recordEvent(tx, id, { type: 'cancel-requested', at, by: userId }, 'cancel-requested'),
  )
}

test('what is recorded is folded in its own transaction, once', async () => {
  await pushTo(db, clock, { app, by: userId })
  expect(await jobs()).toEqual(['pipeline.build', 'pipeline.deadline'])
  expect(await say(1)).toBe(true)
  expect((await states())[0]).toMatchObject({ status: 'cancelled' })
  expect(await say(1)).toBe(false)
})

test('what cannot be folded is kept, and a job folds it once it can be', async () => {
  await pushTo(db, clock, { app, by: userId })
  const before = executionSchema.parse((await states())[1]?.state)
  const write = (state: object) =>
    inTenant((tx) => tx.execution.updateMany({ where: { appId: app.id, number: 2 }, data: { state } }))
  await write({ of: 'a version to come' })
  expect(await say(2)).toBe(true)
  expect((await states())[1]).toMatchObject({ status: 'building', state: { of: 'a version to come' } })
  expect(await jobs()).toContain('pipeline.advance-execution')
  await write(before)
  await runDueJobs(db, clock, [advanceExecutionHandler()])
  expect((await states())[1]).toMatchObject({ status: 'cancelled' })
})

test('what one fold decides for several executions stands behind the events of each, without a gap', async () => {
  const queued = await addApp(db, acme, { name: 'queued' }, clock)
  const handlers = testHandlers(db)
  await pushTo(db, clock, { app: queued, by: userId })
  await runDueJobs(db, clock, handlers)
  const asked = { app: 'queued', stage: 'production', reason: 'Wait.', by: userId }
  await holdStage(db, organisationId, asked, clock)
  for (let each = 0; each < 2; each++) await pushTo(db, clock, { app: queued, by: userId })
  await runDueJobs(db, clock, handlers)
  await releaseStage(db, organisationId, asked, clock)
  await runDueJobs(db, clock, [advanceExecutionHandler()])
  const rows = await inTenant((tx) =>
    tx.execution.findMany({
      where: { appId: queued.id },
      orderBy: { number: 'asc' },
      include: { events: { orderBy: { sequence: 'asc' } } },
    }),
  )
  expect(rows.map(({ status }) => status)).toEqual(['succeeded', 'superseded', 'deploying'])
  for (const { events } of rows) {
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
    expect(events.every(({ consumedAt }) => consumedAt !== null)).toBe(true)
  }
})

test('who was the newest to enter a stage is known also of one that is generated in this moment', async () => {
  const celled = await addApp(db, acme, { name: 'celled' }, clock)
  const manifest = 'pipeline: [{ stage: staging }, { generate: ./cells }, { stage: europe }]\n'
  await pushTo(db, clock, {
    app: celled,
    by: userId,
    files: { 'slipway.yaml': manifest.replace('{ generate: ./cells }, ', '') },
  })
  await runDueJobs(db, clock, testHandlers(db))
  await pushTo(db, clock, {
    app: celled,
    by: userId,
    files: { 'slipway.yaml': manifest.replace(', { stage: europe }', '') },
  })
  const [first, second] = await inTenant((tx) =>
    tx.execution.findMany({ where: { appId: celled.id }, orderBy: { number: 'asc' } }),
  )
  const { stages } = executionSchema.parse(first?.state)
  const europe = stages.filter(({ name }) => name === 'europe')
  const executionId = asId('execution', second?.id ?? '')
  const event = {
    type: 'generated' as const,
    at: clock.now().toISOString(),
    path: 'generate-2/before/0',
    attempt: 1,
    stages: europe,
  }
  const entered = await inTenant(async (tx) => {
    await appendEvent(tx, { organisationId, executionId }, event, null)
    const { recorded, pipeline } = await loadPipeline(tx, celled.id)
    expect(recorded).toMatchObject([{ id: executionId, event: { type: 'generated' } }])
    return pipeline.lastEntered
  })
  expect(entered).toMatchObject({ staging: { id: first?.id, order: 1 }, europe: { id: first?.id, order: 1 } })
})
