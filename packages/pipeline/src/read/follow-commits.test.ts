import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { App } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { setRole } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { approveCheck } from '../act-on-check.ts'
import { rollBack } from '../actions.ts'
import type { StepsOutcome } from '../run-steps.ts'
import { builtAs, pushTo, runDueJobs, testHandlers } from '../testing.ts'
import { followCommits } from './follow-commits.ts'
import { getDeliveryFigures } from './get-delivery-figures.ts'
import { listApprovalsWaiting } from './list-approvals.ts'
import { listExecutions } from './list-executions.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-26T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme

const done = (): StepsOutcome => ({ state: 'done', memory: {} })
const working = (): StepsOutcome => ({ state: 'waiting', until: new Date(clock.now().getTime() + 5000) })
const failing = (): StepsOutcome => ({
  state: 'failed',
  step: 'switch',
  error: { code: 'service-not-healthy', what: 'web did not answer.' },
  memory: {},
})
/** Which bytes are built: equal ones are one build. */
let builds = 0
let targets: Record<string, () => StepsOutcome> = {}
const handlers = testHandlers(db, {
  runBuild: builtAs(() => builds.toString(16).padStart(64, '0')),
  runTarget: async ({ environment }) => (targets[environment.name] ?? done)(),
})
const work = () => runDueJobs(db, clock, handlers)

let app: App
beforeEach(async () => {
  targets = {}
  clock.advance(60_000)
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const plain = `
pipeline:
  - stage: staging
    region: eu-central-1
  - { stage: production, waves: [{ regions: [eu-west-1] }, { regions: [us-east-1] }] }
`
const gated = plain.replace(
  'stage: production,',
  'stage: production, before: [{ approve: { by: [owner] } }],',
)

/** A minute later; answers the names of its commits, oldest first. */
async function push(manifest = plain, authors: readonly string[] = ['ines@example.com']): Promise<string> {
  clock.advance(60_000)
  builds += 1
  const files = { 'slipway.yaml': manifest }
  const { sha } = await pushTo(db, clock, { app, by: userId, authors, files })
  await work()
  return sha
}

async function idOf(name: string): Promise<string> {
  const row = await db.inOrganisation(organisationId, (tx) =>
    tx.environment.findFirstOrThrow({ where: { appId: app.id, name }, select: { id: true } }),
  )
  return row.id
}

/** The commits, each with its cells as `staging here, production-eu-west-1 was`. */
async function followed() {
  const commits = await followCommits(db, organisationId, app.name)
  const environments = await db.inOrganisation(organisationId, (tx) =>
    tx.environment.findMany({ where: { appId: app.id }, orderBy: { name: 'desc' } }),
  )
  return commits.map(({ cells, ...commit }) => ({
    ...commit,
    cells: environments
      .flatMap(({ id, name }) => (cells[id] === undefined ? [] : [`${name} ${cells[id].is}`]))
      .join(', '),
  }))
}

const approve = (number: number) =>
  approveCheck(
    db,
    organisationId,
    { app: app.name, number, path: 'production/before/0', by: userId, reason: null },
    clock,
  )
const delivery = () => getDeliveryFigures(db, organisationId, app.name, clock)

describe('a commit', () => {
  test('of an app without any is none', async () => {
    expect(await followCommits(db, organisationId, app.name)).toEqual([])
  })

  test('that came through runs everywhere, and one before it was everywhere', async () => {
    const first = await push()
    const second = await push()
    expect(await followed()).toMatchObject([
      {
        sha: second,
        execution: 2,
        build: { is: 'succeeded', with: null },
        cells: 'staging here, production-us-east-1 here, production-eu-west-1 here',
        why: { is: 'everywhere' },
      },
      {
        sha: first,
        cells: 'staging was, production-us-east-1 was, production-eu-west-1 was',
        why: { is: 'everywhere' },
      },
    ])
  })

  test('stands with the time at which it came there', async () => {
    await push()
    const [commit] = await followCommits(db, organisationId, app.name)
    expect(commit?.cells[await idOf('staging')]).toEqual({
      is: 'here',
      at: clock.now().toISOString(),
      with: null,
    })
  })

  test('that waits for an approval says for whose, and before which stage', async () => {
    await push(gated)
    const [commit] = await followed()
    expect(commit).toMatchObject({
      cells: 'staging here',
      waitsBefore: { stage: 'production', since: clock.now().toISOString() },
      why: { is: 'waits', waits: { waitsFor: 'Approval by owners', mayAct: 'Owners' } },
    })
    const { executions } = await listExecutions(db, organisationId, { app: app.name })
    expect(executions).toMatchObject([{ status: 'waiting', waits: { waitsFor: 'Approval by owners' } }])
  })

  test('whose place a newer push took rides along with that', async () => {
    await push(gated)
    const newer = await push(gated)
    expect(await followed()).toMatchObject([
      { sha: newer, why: { is: 'waits' } },
      { cells: 'staging was', execution: 2, waitsBefore: null, why: { is: 'rides', with: newer } },
    ])
  })

  test('that was pushed with a newer one was built and deployed with it', async () => {
    const head = await push(plain, ['mara@example.com', 'ines@example.com'])
    const [, older] = await followCommits(db, organisationId, app.name)
    expect(older).toMatchObject({ build: { is: 'succeeded', with: head }, why: { is: 'rides', with: head } })
    expect(older?.cells[await idOf('staging')]).toMatchObject({ is: 'was', with: head })
  })

  test('that is being deployed says where, and so does one that did not come up', async () => {
    await push()
    targets = { staging: working }
    await push()
    expect((await followed())[0]).toMatchObject({
      cells: 'staging moving',
      why: { is: 'moving', words: 'It is being deployed to staging' },
    })
    targets = { staging: failing }
    clock.advance(6000)
    await work()
    expect((await followed())[0]).toMatchObject({
      cells: 'staging failed',
      why: { is: 'failed', words: 'web did not answer.' },
    })
  })

  test('whose wave goes back says so while it does', async () => {
    await push()
    const both = plain.replace(
      'waves: [{ regions: [eu-west-1] }, { regions: [us-east-1] }]',
      'waves: [{ regions: [eu-west-1, us-east-1] }]',
    )
    targets = { 'production-us-east-1': working }
    await push(both)
    targets = { 'production-us-east-1': failing, 'production-eu-west-1': working }
    clock.advance(6000)
    await work()
    expect((await followed())[0]).toMatchObject({
      cells: 'staging here, production-us-east-1 failed, production-eu-west-1 going-back',
      why: { is: 'going-back', words: 'Goes back: web did not answer.' },
    })
    targets = {}
    clock.advance(6000)
    await work()
    expect((await followed())[0]).toMatchObject({
      cells: 'staging here, production-us-east-1 failed, production-eu-west-1 back',
      why: { is: 'failed' },
    })
    expect(await delivery()).toMatchObject({
      rolledBack: { share: 0.5, count: 1, of: 2 },
      restore: { milliseconds: 6000, of: 1 },
    })
  })

  test('that is marked bad says why, wherever it runs', async () => {
    await push()
    const badReason = { code: 'monitor-red', what: 'p99 was 412 ms.' }
    await db.inOrganisation(organisationId, (tx) =>
      tx.revision.updateMany({ where: { appId: app.id }, data: { badSince: clock.now(), badReason } }),
    )
    expect(await followed()).toMatchObject([
      { isBad: true, why: { is: 'bad', words: 'Bad: p99 was 412 ms.' } },
    ])
  })

  test('that changes nothing in what is built came as far as one that does', async () => {
    await push()
    builds -= 1
    await push()
    expect((await followed())[0]).toMatchObject({
      cells: 'staging here, production-us-east-1 here, production-eu-west-1 here',
      why: { is: 'everywhere' },
    })
  })

  test('that a person took back says where, and the one before runs there again', async () => {
    const first = await push()
    await push()
    clock.advance(60_000)
    const asked = { app: app.name, environment: 'staging', release: 1, reason: null, by: userId }
    await rollBack(db, organisationId, asked, clock)
    await work()
    expect(await followed()).toMatchObject([
      {
        cells: 'staging back, production-us-east-1 here, production-eu-west-1 here',
        why: { is: 'gone', words: 'Taken back in staging' },
      },
      { sha: first, cells: 'staging here, production-us-east-1 was, production-eu-west-1 was' },
    ])
  })
})

describe('the figures of delivery', () => {
  test('of an app without deployments say nothing', async () => {
    const nothing = { deployments: null, lead: null, rolledBack: null, restore: null }
    expect(await delivery()).toEqual({ days: 30, stage: null, ...nothing })
    await push(gated)
    expect(await delivery()).toEqual({ days: 30, stage: 'production', ...nothing })
  })

  test('count what came into the last stage, with the time that an approval took', async () => {
    await push(gated)
    clock.advance(3600_000)
    await approve(1)
    await work()
    expect(await delivery()).toMatchObject({
      stage: 'production',
      deployments: { count: 1, perDay: 1 / 30 },
      lead: { milliseconds: 3600_000, of: 1 },
      rolledBack: { share: 0, count: 0, of: 1 },
      restore: null,
    })
  })

  test('hold a rollback, and forget what is older than thirty days', async () => {
    await push()
    await push()
    const environment = 'production-eu-west-1'
    await rollBack(
      db,
      organisationId,
      { app: app.name, environment, release: 1, reason: null, by: userId },
      clock,
    )
    targets = { [environment]: working }
    await work()
    targets = {}
    clock.advance(6000)
    await work()
    expect(await delivery()).toMatchObject({
      deployments: { count: 2 },
      rolledBack: { count: 1, of: 2 },
      restore: { milliseconds: 6000, of: 1 },
    })
    clock.advance(31 * 86_400_000)
    expect(await delivery()).toMatchObject({ deployments: null, rolledBack: null })
  })
})

test('approvals that wait are told to those who may give them, and to nobody else', async () => {
  await push(gated)
  const mine = async (viewer: typeof userId) =>
    (await listApprovalsWaiting(db, organisationId, viewer)).filter((each) => each.app === app.name)
  expect(await mine(userId)).toMatchObject([
    { number: 1, path: 'production/before/0', words: 'Approval by owners', stage: 'production' },
  ])
  const member = await addPerson(db, 'Mara')
  await db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId: member, role: 'member', by: userId }, clock),
  )
  expect(await mine(member)).toEqual([])
  await approve(1)
  await work()
  expect(await mine(userId)).toEqual([])
})
