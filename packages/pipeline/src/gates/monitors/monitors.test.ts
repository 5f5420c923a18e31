import { createServer } from 'node:http'
import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { App } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { approveCheck, overrideCheck } from '../../act-on-check.ts'
import { cancelExecution, rollBack } from '../../actions.ts'
import { getExecution } from '../../read/get-execution.ts'
import { type AnsweredWithin, builtAs, pushTo, runDueJobs, tellMinute, testHandlers } from '../../testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
/** What the app answers to whoever asks it from outside. */
let answers = 200
const server = createServer((_, response) => response.writeHead(answers).end())
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
afterAll(() => server.close())
const listens = server.address()
const url = `http://shop.localhost:${typeof listens === 'object' ? listens?.port : ''}`
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
let builds = 0
const handlers = testHandlers(db, {
  innerOrigins: [url],
  runBuild: builtAs(() => `${++builds}`.padEnd(64, '0')),
})
const work = () => runDueJobs(db, clock, handlers)

let app: App
beforeEach(async () => {
  answers = 200
  clock.set(new Date(Math.ceil((clock.now().getTime() + 1) / 3600_000) * 3600_000))
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})
/** Each test leaves nothing that is looked at in the next. */
afterEach(async () => {
  const open = await db.inOrganisation(organisationId, (tx) =>
    tx.execution.findMany({ where: { appId: app.id, endedAt: null } }),
  )
  for (const { number } of open)
    await cancelExecution(db, organisationId, { app: app.name, number, by: userId }, clock)
  await work()
})

const stage = (fields: string) => `pipeline: [{ stage: production, ${fields} }]\n`
const bake = 'after: [{ bake: { minutes: 1 } }]'
const latency = stage(`${bake}, monitors: [{ metric: p99 < 300ms }]`)
const address = stage(`${bake}, monitors: [{ http: "${url}/", every: 20s }]`)

async function push(manifest: string): Promise<void> {
  await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  await work()
}

/** A minute later, with what the host told of it. */
async function minute(requests?: number, within?: AnsweredWithin): Promise<void> {
  for (let quarter = 0; quarter < 4; quarter++) {
    clock.advance(15_000)
    if (quarter === 3 && requests !== undefined) await tellMinute(db, clock, app, { requests, within })
    await work()
  }
}

/** A first push that came through, so that something runs. */
async function running(manifest: string): Promise<void> {
  await push(manifest)
  await minute(10)
  await minute(10)
  expect(await status(1)).toBe('succeeded')
}

const shown = (number: number) =>
  getExecution(db, organisationId, { app: app.name, number }, 'http://{name}.localhost:4700', userId)
const status = async (number: number) => (await shown(number)).status
async function entry(number: number) {
  const parts = (await shown(number)).parts.flatMap(({ check }) => check ?? [])
  const found = parts.find(({ kind }) => kind === 'monitors')
  if (found === undefined) throw new Error('nothing looks at the monitors')
  return found
}

/** It went in and was deployed. */
async function isBaking(number: number): Promise<boolean> {
  const parts = (await shown(number)).parts.flatMap(({ check }) => check ?? [])
  return parts.some(({ kind, state }) => kind === 'bake' && state.is === 'asked')
}

describe('in front of a stage with monitors', () => {
  test('nothing is held back where nothing runs yet, and the page says why', async () => {
    answers = 503
    await push(address)
    expect(await entry(1)).toMatchObject({
      path: 'production/before/0',
      state: { is: 'passed', by: null, reason: expect.stringContaining('nothing runs here yet') },
      watched: { counts: [], monitors: [] },
    })
    expect(await isBaking(1)).toBe(true)
  })

  test('a revision goes in where all of them are fine', async () => {
    await running(latency)
    await push(latency)
    expect((await entry(2)).state).toMatchObject({ is: 'passed', reason: null })
    expect(await isBaking(2)).toBe(true)
  })

  test('it waits while one is red, says which and since when, and goes in when it is not any more', async () => {
    await running(address)
    answers = 503
    const since = clock.now().toISOString().slice(11, 16)
    await push(address)
    for (let each = 0; each < 3; each++) await minute()
    expect([await status(2), await isBaking(2)]).toEqual(['waiting', false])
    expect(await entry(2)).toMatchObject({
      mayAct: 'Admins and owners, who may pass it over with a reason',
      state: {
        is: 'asked',
        waitsFor: `${url}/ answers below 400 is red since 24 Nov ${since} UTC: it answered 503`,
        nextLookAt: new Date(clock.now().getTime() + 15_000).toISOString(),
      },
      watched: { monitors: [{ is: 'red', says: 'it answered 503' }] },
    })
    answers = 200
    await minute()
    expect(await isBaking(2)).toBe(true)
    expect((await shown(2)).revision.isBad).toBe(false)
  })

  test('it waits where one does not know, for as long as it does not', async () => {
    await running(latency)
    await minute()
    await minute()
    await push(latency)
    await minute(0)
    expect((await entry(2)).state).toMatchObject({
      is: 'asked',
      waitsFor: expect.stringMatching(/^p99 < 300 ms is inconclusive since .*: no requests from eu-west-1$/),
    })
    await minute(10)
    expect(await isBaking(2)).toBe(true)
  })

  test('what waits is superseded by something newer, such as the repair', async () => {
    await running(address)
    answers = 503
    await push(address)
    await push(address)
    expect(await status(2)).toBe('superseded')
    expect((await entry(3)).state.is).toBe('asked')
  })

  test('who may passes it over with a reason', async () => {
    await running(address)
    answers = 503
    await push(address)
    const { path } = await entry(2)
    const asked = { app: app.name, number: 2, path, by: userId, reason: 'It is the repair.' }
    await overrideCheck(db, organisationId, asked, clock)
    await work()
    expect((await entry(2)).state).toMatchObject({ is: 'passed', isOverridden: true })
    expect(await isBaking(2)).toBe(true)
  })

  test('a rollback is not asked', async () => {
    await running(latency)
    await push(latency)
    await minute(10)
    await minute(10)
    expect(await status(2)).toBe('succeeded')
    await minute(10, 'tenThousand')
    const environment = 'production'
    await rollBack(
      db,
      organisationId,
      { app: app.name, environment, release: 1, by: userId, reason: null },
      clock,
    )
    await work()
    expect(await status(3)).toBe('succeeded')
  })

  test('what was fine is looked at again before a wave for which somebody was waited', async () => {
    const waves = `waves: [{ before: [{ approve: true }] }], monitors: [{ http: "${url}/", every: 20s }]`
    const approve = async (number: number) => {
      const asked = { app: app.name, number, path: 'production/0/before/0', by: userId, reason: null }
      await approveCheck(db, organisationId, asked, clock)
      await work()
    }
    await push(stage(`${bake}, ${waves}`))
    await approve(1)
    await minute(10)
    await minute(10)
    expect(await status(1)).toBe('succeeded')
    await push(stage(`${bake}, ${waves}`))
    expect((await entry(2)).state.is).toBe('passed')
    answers = 503
    clock.advance(6 * 60_000)
    await approve(2)
    expect((await entry(2)).state).toMatchObject({ is: 'asked', since: clock.now().toISOString() })
    expect((await shown(2)).parts.find(({ kind }) => kind === 'deployment')?.status).toBe('ahead')
    answers = 200
    await minute()
    expect((await entry(2)).state.is).toBe('passed')
    expect(await isBaking(2)).toBe(true)
  })
})
