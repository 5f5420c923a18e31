import { createServer } from 'node:http'
import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { App } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { getExecution } from '../../read/get-execution.ts'
import { type AnsweredWithin, pushTo, runDueJobs, tellMinute, testHandlers } from '../../testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
/** What the app answers to whoever asks it from outside. */
let answers = 200
const server = createServer((_, response) => response.writeHead(answers).end())
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
afterAll(() => server.close())
const listens = server.address()
const port = typeof listens === 'object' ? listens?.port : undefined
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const handlers = testHandlers(db, {
  innerOrigins: [`http://shop.localhost:${port}`],
})

let app: App
beforeEach(async () => {
  answers = 200
  clock.set(new Date(Math.ceil((clock.now().getTime() + 1) / 3600_000) * 3600_000))
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const work = () => runDueJobs(db, clock, handlers)

async function push(pipeline: string): Promise<void> {
  await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': pipeline } })
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

const shown = () =>
  getExecution(db, organisationId, { app: app.name, number: 1 }, 'http://{name}.localhost:4700')
const status = async () => (await shown()).status

/** What the step of the bake says that it waits for. */
async function waitsFor(): Promise<string | null | undefined> {
  const { id } = await shown()
  const row = await db.inOrganisation(organisationId, (tx) =>
    tx.deploymentStep.findFirst({ where: { executionId: id, name: 'bake' } }),
  )
  return row?.waitsFor
}

const stage = (more: string) => `pipeline: [{ stage: production, ${more} }]\n`
const baking = stage('after: [{ bake: { minutes: 2, requests: 100, at-most: 6m } }]')
const watched = stage(
  'after: [{ bake: { minutes: 2, at-most: 6m } }], monitors: [{ metric: p99 < 300ms }, { metric: errors < 1% }]',
)

describe('a bake', () => {
  test('is done after its minutes and requests, and not before', async () => {
    await push(baking)
    expect(await waitsFor()).toMatch(/^0 of 2 minutes, 0 of 100 requests/)
    await minute(40)
    expect(await waitsFor()).toBe('1 of 2 minutes, 40 of 100 requests')
    await minute(40)
    expect(await waitsFor()).toBe('2 of 2 minutes, 80 of 100 requests')
    await minute(40)
    expect(await status()).toBe('succeeded')
  })

  test('does not count requests that the release before answered', async () => {
    await tellMinute(db, clock, app, { requests: 500 })
    await push(baking)
    await minute(1)
    expect(await waitsFor()).toBe('1 of 2 minutes, 1 of 100 requests')
  })

  test('without traffic is not yet done, and in the end has failed with what was missing', async () => {
    await push(baking)
    for (let each = 0; each < 5; each++) await minute(0)
    expect(await waitsFor()).toBe('2 of 2 minutes, 0 of 100 requests')
    await minute(0)
    const { error, status: ended, revision, parts } = await shown()
    expect(ended).toBe('failed')
    expect(error).toMatchObject({ code: 'bake-not-enough' })
    expect(error?.why).toContain('2 of 2 minutes, 0 of 100 requests')
    expect(revision.isBad).toBe(false)
    expect(parts.map(({ title }) => title)).not.toContain('Put back in production')
  })

  test('of a host that went silent waits for it, and goes on when it is back', async () => {
    await push(baking)
    await minute(60)
    for (let each = 0; each < 3; each++) await minute()
    const { createdAt } = await shown()
    expect(await waitsFor()).toBe(
      `2 of 2 minutes, 60 of 100 requests; no fresh figures from eu-west-1 since ${createdAt.slice(11, 16)} UTC`,
    )
    await minute(60)
    expect(await status()).toBe('succeeded')
  })
})

describe('the monitors of a stage', () => {
  test('that are well let it pass', async () => {
    await push(watched)
    await minute(10)
    await minute(10)
    expect(await status()).toBe('succeeded')
  })

  test('that are red in two minutes take it back and mark it bad', async () => {
    await push(watched)
    await minute(10, 'tenThousand')
    expect(await status()).toBe('waiting')
    await minute(10, 'tenThousand')
    const { error, status: ended, revision } = await shown()
    expect(ended).toBe('failed')
    expect(error).toMatchObject({ code: 'monitor-red' })
    expect(error?.what).toMatch(/“p99 < 300 ms” is red: .* ms in eu-west-1/)
    expect(revision.isBad).toBe(true)
  })

  test('are told with their figures beside the minutes that have passed, and so they stay', async () => {
    await push(watched)
    const seen = async () => (await shown()).parts.find(({ check }) => check?.kind === 'bake')?.check?.watched
    await minute(10)
    const counts = [{ what: 'minutes', now: 1, needed: 2 }]
    const monitors = [
      { words: 'p99 < 300 ms', is: 'fine', says: expect.stringContaining('ms in eu-west-1') },
      { words: 'errors < 1 %', is: 'fine', says: expect.stringContaining('% in eu-west-1') },
    ]
    expect(await seen()).toEqual({ counts, monitors })
    await minute(10)
    expect(await status()).toBe('succeeded')
    expect(await seen()).toEqual({ counts: [{ what: 'minutes', now: 2, needed: 2 }], monitors })
  })

  test('that are red in one minute do not, and it waits for a better one', async () => {
    await push(watched)
    await minute(10)
    await minute(10, 'tenThousand')
    expect(await status()).toBe('waiting')
    await minute(10)
    expect(await status()).toBe('succeeded')
  })

  test('that see no requests never pass', async () => {
    await push(watched)
    for (let each = 0; each < 6; each++) await minute(0)
    const { error, status: ended } = await shown()
    expect(ended).toBe('failed')
    expect(error).toMatchObject({ code: 'bake-not-enough' })
    expect(error?.why).toContain('p99 < 300 ms: no requests from eu-west-1')
  })

  test('that are red in front of a stage keep it waiting, and blame nobody', async () => {
    await push(stage('before: [{ bake: { minutes: 1, at-most: 4m } }], monitors: [{ metric: p99 < 300ms }]'))
    await minute(10, 'tenThousand')
    await minute(10, 'tenThousand')
    await minute(10, 'tenThousand')
    expect(await status()).toBe('waiting')
    expect((await shown()).revision.isBad).toBe(false)
    await minute(10)
    expect(await status()).toBe('succeeded')
  })
})

describe('an address that must answer', () => {
  const asking = (url: string) =>
    stage(`after: [{ bake: { minutes: 2, at-most: 4m } }], monitors: [{ http: "${url}", every: 20s }]`)

  test('and does lets it pass', async () => {
    await push(asking(`http://shop.localhost:${port}/`))
    await minute(0)
    await minute(0)
    expect(await status()).toBe('succeeded')
  })

  test('and does not at two looks takes it back', async () => {
    await push(asking(`http://shop.localhost:${port}/`))
    await minute(0)
    answers = 503
    await minute(0)
    const { error, revision } = await shown()
    expect(error?.what).toBe(
      `The monitor “http://shop.localhost:${port}/ answers below 400” is red: it answered 503.`,
    )
    expect(revision.isBad).toBe(true)
  })

  test('and lies in an inner network is not asked, and is never well', async () => {
    await push(asking(`http://127.0.0.1:${port}/`))
    for (let each = 0; each < 4; each++) await minute(0)
    const { error, revision } = await shown()
    expect(error).toMatchObject({ code: 'bake-not-enough' })
    expect(error?.why).toContain('127.0.0.1 lies in an inner network')
    expect(revision.isBad).toBe(false)
  })
})
