import { createServer } from 'node:http'
import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { App } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { endCommand, expectHost, pendingCommands } from '@slipway/hosts'
import type { CommandOutcome } from '@slipway/protocol'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { deployExecution } from '../actions.ts'
import { getExecution } from '../read/get-execution.ts'
import { sendToHost } from '../send-to-host-testing.ts'
import { pushTo, runDueJobs, tellMinute, testHandlers, unreachableCloud } from '../testing.ts'

const { db, close } = await testDatabase()
/** What the app answers to whoever asks it from outside. */
let answers = 200
const server = createServer((_, response) => response.writeHead(answers).end())
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const listens = server.address()
const port = typeof listens === 'object' ? listens?.port : undefined
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const cloud = unreachableCloud(db)
afterAll(async () => {
  server.close()
  await cloud.close()
  await close()
})
const handlers = testHandlers(db, {
  runTarget: sendToHost(cloud),
  innerOrigins: [`http://shop.localhost:${port}`],
})
const work = () => runDueJobs(db, clock, handlers)

let app: App
let hostId = newId('host')
beforeEach(async () => {
  answers = 200
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  hostId = await db.inOrganisation(organisationId, async (tx) => {
    const environment = await tx.environment.findFirstOrThrow({ where: { appId: app.id } })
    const { cloudAccountId, region } = app
    const environmentId = asId('environment', environment.id)
    return expectHost(tx, { organisationId, cloudAccountId, region, kind: 'host', environmentId }, {}, clock)
  })
})

const monitored = `pipeline:
  - stage: production
    monitors: [{ http: http://shop.localhost:${port}/healthz, every: 15s }]
    after: [{ bake: { minutes: 1, at-most: 5m } }]
`
const push = (sha?: string) =>
  pushTo(db, clock, {
    app,
    by: userId,
    files: { 'slipway.yaml': monitored },
    ...(sha !== undefined && { sha }),
  })
const commands = () => db.inOrganisation(organisationId, (tx) => pendingCommands(tx, hostId, clock))
const answer = (id: string | undefined, outcome: CommandOutcome) =>
  db.inOrganisation(organisationId, (tx) =>
    endCommand(tx, { hostId, id: asId('hostCommand', id ?? ''), outcome }, clock),
  )
const cancelled: CommandOutcome = {
  ok: false,
  error: { code: 'command-cancelled', what: 'It was cancelled.' },
}
const good: CommandOutcome = { ok: true, output: { phases: [], services: [], heldMilliseconds: 0 } }
const execution = (number: number) =>
  getExecution(db, organisationId, { app: app.name, number }, 'http://{name}.localhost:4700')

async function seconds(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 15) {
    clock.advance(15_000)
    await work()
  }
}

test('a monitor that is red at two looks while it is deployed sends the host back at once; the revision is bad', async () => {
  await push()
  await work()
  await seconds(30)
  const [deploy] = await commands()
  answers = 503
  await seconds(15)
  expect((await commands()).map(({ command }) => command.kind)).toEqual(['deploy'])
  await seconds(15)
  const stop = (await commands()).find(({ command }) => command.kind === 'stop')
  expect(stop?.command).toEqual({ kind: 'stop', commandId: deploy?.id })
  expect(await execution(1)).toMatchObject({ status: 'going-back', revision: { isBad: true } })
  await answer(deploy?.id, cancelled)
  await answer(stop?.id, good)
  await work()
  expect(await execution(1)).toMatchObject({ status: 'failed', error: { code: 'monitor-red' } })
  const ended = await db.inOrganisation(organisationId, (tx) =>
    tx.deployment.findFirstOrThrow({ where: { execution: { appId: app.id } } }),
  )
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'monitor-red' } })
})

test('a host that was done before it heard of the stop is put back by its wave', async () => {
  await push()
  await work()
  await answer((await commands())[0]?.id, good)
  await work()
  for (let minutes = 0; minutes < 3; minutes++) {
    await seconds(60)
    await tellMinute(db, clock, app, { requests: 1 })
  }
  await seconds(15)
  expect(await execution(1)).toMatchObject({ status: 'succeeded' })
  await push('b'.repeat(40))
  await work()
  const [deploy] = await commands()
  answers = 503
  await seconds(30)
  expect(await execution(2)).toMatchObject({ status: 'going-back' })
  await answer(deploy?.id, good)
  await work()
  const back = (await commands()).find(({ command }) => command.kind === 'deploy')
  expect(back?.command).toMatchObject({ spec: { release: { number: 1 } } })
  // The way back is not watched, though the monitor is as red as before.
  await seconds(45)
  await answer(back?.id, good)
  await work()
  expect(await execution(2)).toMatchObject({ status: 'failed', revision: { isBad: true } })
})

test('one red look, or none that says anything, stops nothing', async () => {
  await push()
  await work()
  await seconds(15)
  answers = 503
  await seconds(15)
  answers = 200
  await seconds(30)
  expect(await execution(1)).toMatchObject({ status: 'deploying' })
  await answer((await commands())[0]?.id, good)
  await work()
  expect(await execution(1)).toMatchObject({ revision: { isBad: false } })
})

test('a bad revision that a person let in is not watched', async () => {
  const bad = 'c'.repeat(40)
  await push(bad)
  await work()
  answers = 503
  await seconds(45)
  expect(await execution(1)).toMatchObject({ status: 'failed', revision: { isBad: true } })
  await push(bad)
  await deployExecution(db, organisationId, { app: app.name, number: 2, by: userId }, clock)
  await work()
  await commands()
  await seconds(45)
  expect((await commands()).map(({ command }) => command.kind)).toContain('deploy')
  expect(await execution(2)).toMatchObject({ status: 'deploying' })
})
