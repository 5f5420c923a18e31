import { asId, newId, stoppedClock, UserError, type UserErrorFields } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, getEnvironment, listApps, setVariable } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelExecution, deployExecution, rollBack } from './actions.ts'
import { fold } from './decide/advance.ts'
import { eventSchema } from './decide/event.ts'
import type { OpenDeployment } from './deployment-rows.ts'
import { listCommits } from './read/list-commits.ts'
import { listDeployments } from './read/list-deployments.ts'
import { listExecutions, listPushesWaiting } from './read/list-executions.ts'
import { listReleases } from './read/list-releases.ts'
import type { StepsOutcome } from './run-steps.ts'
import { sweepPipelines } from './sweep.ts'
import { pushTo, runDueJobs, type TestPush, testHandlers } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const sealing = { key: 'a key of the installation' }
const digest = 'a'.repeat(64)

/** What stands in for AWS and the hosts: each build and each deployment ends as the test says. */
let builds: (() => StepsOutcome)[] = []
let deployments: ((deployment: OpenDeployment) => StepsOutcome)[] = []
const built = (): StepsOutcome => ({
  state: 'done',
  memory: { digest, sizeBytes: '1234', architecture: 'arm64' },
})
const done = (): StepsOutcome => ({ state: 'done', memory: {} })
const failed = (error: UserErrorFields) => (): StepsOutcome => ({
  state: 'failed',
  step: 'switch',
  error,
  memory: {},
})
const waiting = (): StepsOutcome => ({ state: 'waiting', until: new Date(clock.now().getTime() + 5000) })
const handlers = testHandlers(db, {
  sealing,
  runBuild: async () => (builds.shift() ?? built)(),
  runTarget: async (deployment) => (deployments.shift() ?? done)(deployment),
})

let app: App

beforeEach(() => {
  builds = []
  deployments = []
})

async function newApp(autoDeploy = true) {
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}`, autoDeploy }, clock)
}

async function push(options: Pick<TestPush, 'branch' | 'files' | 'sha'> = {}) {
  clock.advance(1000)
  return (await pushTo(db, clock, { app, by: userId, ...options })).outcome
}

const work = () => runDueJobs(db, clock, handlers)
const executions = async () => (await listExecutions(db, organisationId, { app: app.name })).executions
const statuses = async () => (await executions()).map(({ number, status }) => `${number} ${status}`)
const releases = () => listReleases(db, organisationId, { app: app.name, environment: 'production' })
const environment = () =>
  getEnvironment(db, organisationId, app.name, 'production', 'http://{name}.localhost:4700')

test('a push is built, deployed and live, and its service has a public name', async () => {
  await newApp()
  expect(await push()).toMatchObject({ kind: 'deploys', number: 1 })
  await work()
  expect(await statuses()).toEqual(['1 succeeded'])
  const shown = await environment()
  expect(shown.live).toMatchObject({ number: 1 })
  expect(shown.services).toMatchObject([{ name: 'web', kind: 'web' }])
  expect(shown.services[0]?.url).toMatch(new RegExp(`^http://web-${app.name}-[a-z0-9]{6}\\.localhost:4700$`))
})

test('the list of apps tells of each its newest push alone, with what became of it', async () => {
  await newApp()
  await push({ sha: '1'.repeat(40) })
  await work()
  builds = [failed({ code: 'build-failed', what: 'npm run build ended with code 1.' })]
  await push({ sha: '2'.repeat(40) })
  await work()
  const quiet = await addApp(db, acme, { name: `quiet-${newId('app').slice(-8)}` }, clock)
  const apps = await listApps(db, organisationId, 'http://{name}.localhost:4700')
  expect(apps.find(({ id }) => id === app.id)).toMatchObject({
    live: { number: 1, sha: '1'.repeat(40) },
    lastPush: { sha: '2'.repeat(40), author: 'Ines', execution: 2, status: 'failed' },
  })
  expect(apps.find(({ id }) => id === quiet.id)).toMatchObject({ live: null, lastPush: null })
})

test('a branch that deploys nothing stays', async () => {
  await newApp()
  expect(await push({ branch: 'try-out' })).toEqual({ kind: 'stays', branch: 'main' })
  expect(await statuses()).toEqual([])
})

test('a refused manifest is an execution that failed, with place and nearest name', async () => {
  await newApp()
  await push({ files: { 'slipway.yaml': 'services:\n  web:\n    rum: node x.js\n', 'x.js': '' } })
  await work()
  const [first] = await executions()
  expect(first?.status).toBe('failed')
  expect(first?.failed).toContain('slipway.yaml:3:')
})

test('where pushes wait, the button lets the newest in and older ones ride along', async () => {
  await newApp(false)
  await push()
  await push()
  await work()
  expect(await statuses()).toEqual(['2 holding', '1 superseded'])
  const waits = (await listPushesWaiting(db, organisationId)).filter((each) => each.app === app.name)
  expect(waits).toMatchObject([{ number: 2, author: 'Ines' }])
  const asked = { app: app.name, number: 2, by: userId }
  await deployExecution(db, organisationId, asked, clock)
  await deployExecution(db, organisationId, asked, clock)
  await work()
  expect(await statuses()).toEqual(['2 succeeded', '1 superseded'])
  const { commits } = await listCommits(db, organisationId, { app: app.name })
  expect(commits.map(({ place, ridesWith }) => [place.is, ridesWith !== null])).toEqual([
    ['live', false],
    ['live', true],
  ])
  const late = await deployExecution(db, organisationId, asked, clock).catch((error) => error)
  expect(late).toBeInstanceOf(UserError)
})

test('a deployment that is not healthy leaves the live one, marks its revision bad and frees the stage', async () => {
  await newApp()
  await push()
  await work()
  deployments = [failed({ code: 'app-exited', what: 'The app ended with code 1.', details: ['boom'] })]
  await push({ sha: 'b'.repeat(40) })
  await work()
  expect(await statuses()).toEqual(['2 failed', '1 succeeded'])
  expect((await environment()).live).toMatchObject({ number: 1 })
  expect(
    (await releases()).map(({ number, isLive, notPossible }) => [number, isLive, notPossible !== null]),
  ).toEqual([
    [2, false, true],
    [1, true, true],
  ])
  const again = await push({ sha: 'b'.repeat(40) })
  await work()
  expect(again).toMatchObject({ kind: 'deploys' })
  expect((await statuses())[0]).toBe('3 succeeded')
})

test('deployments are listed with how they ended and what became of their revision, newest first', async () => {
  await newApp()
  await push()
  await work()
  deployments = [failed({ code: 'app-exited', what: 'The app ended with code 1.' })]
  await push()
  await work()
  const place = { app: app.name, environment: 'production' }
  const list = () => listDeployments(db, organisationId, place)
  expect(await list()).toMatchObject([
    { execution: 2, release: 2, status: 'failed', isRollBack: false },
    { execution: 1, release: 1, status: 'healthy', isRollBack: false },
  ])
  await db.inOrganisation(organisationId, (tx) =>
    tx.revision.updateMany({ where: { appId: app.id }, data: { badSince: clock.now() } }),
  )
  expect((await list()).map(({ isBad }) => isBad)).toEqual([true, true])
  await expect(
    listDeployments(db, organisationId, { ...place, environment: 'nowhere' }),
  ).rejects.toMatchObject({ fields: { code: 'not-found' } })
})

test('an earlier release comes back without a build, with its configuration', async () => {
  await newApp()
  await push()
  await work()
  await setVariable(
    db,
    organisationId,
    { app: app.name, environment: 'production', name: 'A', value: '1', secret: false, by: userId },
    { clock, sealing },
  )
  await work()
  expect((await executions())[0]).toMatchObject({ kind: 'configuration', status: 'succeeded' })
  expect((await releases()).map(({ number, isLive }) => [number, isLive])).toEqual([
    [2, true],
    [1, false],
  ])
  const seen: OpenDeployment[] = []
  deployments = [
    (deployment) => {
      seen.push(deployment)
      return done()
    },
  ]
  const asked = { app: app.name, environment: 'production', release: 1, reason: null, by: userId }
  await rollBack(db, organisationId, asked, clock)
  const ran = await work()
  expect(ran).not.toContain('pipeline.build')
  expect(seen[0]?.release).toMatchObject({ number: 1, configVersion: 0, variables: { plain: {} } })
  expect((await environment()).live).toMatchObject({ number: 1 })
  const refused = await rollBack(db, organisationId, asked, clock).catch((error) => error)
  expect(refused).toMatchObject({ fields: { code: 'roll-back-not-possible' } })
})

test('a change of the configuration before anything was built deploys nothing, and goes along with the first push', async () => {
  await newApp()
  const place = { app: app.name, environment: 'production', by: userId }
  await setVariable(
    db,
    organisationId,
    { ...place, name: 'A', value: '1', secret: false },
    { clock, sealing },
  )
  await work()
  expect(await statuses()).toEqual([])
  const seen: OpenDeployment[] = []
  deployments = [
    (deployment) => {
      seen.push(deployment)
      return done()
    },
  ]
  await push()
  await work()
  expect(seen[0]?.release.variables.plain).toEqual({ A: '1' })
})

describe('a deployment that waits', () => {
  test('is looked at again when it said, and holds the stage meanwhile', async () => {
    await newApp()
    deployments = [waiting, done]
    await push()
    await work()
    await push()
    await work()
    expect(await statuses()).toEqual(['2 waiting', '1 deploying'])
    clock.advance(6000)
    await work()
    expect(await statuses()).toEqual(['2 succeeded', '1 succeeded'])
  })

  test('that never comes to an end is stopped by its deadline, and the next one enters with a greater fence', async () => {
    await newApp()
    const fences: bigint[] = []
    deployments = [
      (deployment) => {
        fences.push(deployment.fence)
        return { state: 'waiting', until: new Date(clock.now().getTime() + 86_400_000) }
      },
      (deployment) => {
        fences.push(deployment.fence)
        return done()
      },
    ]
    await push()
    await work()
    await push()
    await work()
    clock.advance(161 * 60_000)
    await work()
    clock.advance(6 * 60_000)
    await work()
    expect(await statuses()).toEqual(['2 succeeded', '1 failed'])
    expect(fences).toHaveLength(2)
    expect((fences[1] ?? 0n) > (fences[0] ?? 0n)).toBe(true)
  })

  test('is cancelled before its host was told anything, and nothing has changed', async () => {
    await newApp()
    deployments = [waiting]
    await push()
    await work()
    await cancelExecution(db, organisationId, { app: app.name, number: 1, by: userId }, clock)
    await work()
    clock.advance(6000)
    await work()
    expect(await statuses()).toEqual(['1 cancelled'])
    expect((await environment()).live).toBeNull()
  })
})

test('an event and a look that were lost are found by the sweep', async () => {
  await newApp()
  await push()
  const lose = () =>
    db.inSystem('sweep', (tx) =>
      tx.outbox.updateMany({
        where: { doneAt: null, name: { startsWith: 'pipeline.' } },
        data: { failedAt: new Date() },
      }),
    )
  await lose()
  await work()
  expect(await statuses()).toEqual(['1 building'])
  expect(await sweepPipelines(db)).toBe(1)
  expect(await sweepPipelines(db)).toBe(0)
  deployments = [waiting]
  await work()
  expect(await statuses()).toEqual(['1 deploying'])
  await lose()
  clock.advance(6000)
  await work()
  expect(await statuses()).toEqual(['1 deploying'])
  await sweepPipelines(db)
  await work()
  expect(await statuses()).toEqual(['1 succeeded'])
})

test('what the screen shows can be made again from the events alone', async () => {
  await newApp()
  builds = [built, failed({ code: 'build-failed', what: 'npm run build ended with code 1.' })]
  await push()
  await push()
  await work()
  const rows = await db.inOrganisation(organisationId, (tx) =>
    tx.execution.findMany({
      where: { appId: app.id },
      include: { events: { orderBy: { sequence: 'asc' } } },
      orderBy: { number: 'asc' },
    }),
  )
  expect(rows).toHaveLength(2)
  for (const row of rows) {
    const events = row.events.map((each) => eventSchema.parse(each.event))
    expect(fold(asId('execution', row.id), events)).toEqual(row.state)
  }
})
