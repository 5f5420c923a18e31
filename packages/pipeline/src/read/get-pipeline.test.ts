import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { App } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { plan, treeOf } from '@slipway/manifest'
import { setRole } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { approveCheck } from '../act-on-check.ts'
import { rollBack } from '../actions.ts'
import { holdStage } from '../hold-stage.ts'
import { receivePush } from '../receive-push.ts'
import type { StepsOutcome } from '../run-steps.ts'
import { builtAs, runDueJobs, testHandlers } from '../testing.ts'
import { getExecution } from './get-execution.ts'
import { getPipeline } from './get-pipeline.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-26T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const appsUrl = 'http://{name}.localhost:4700'

let shas = 0
const done = (): StepsOutcome => ({ state: 'done', memory: {} })
const working = (): StepsOutcome => ({ state: 'waiting', until: new Date(clock.now().getTime() + 5000) })
let targets: Record<string, () => StepsOutcome> = {}
const handlers = testHandlers(db, {
  runBuild: builtAs(() => shas.toString(16).padStart(64, '0')),
  runTarget: async ({ environment }) => (targets[environment.name] ?? done)(),
})
const work = () => runDueJobs(db, clock, handlers)

let app: App
beforeEach(async () => {
  targets = {}
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const twoStages = `
pipeline:
  - stage: staging
    region: eu-central-1
  - stage: production
    before: [{ approve: { by: [owner] } }]
    waves:
      - { regions: [eu-west-1] }
      - { regions: [us-east-1, us-west-2] }
`

async function push(manifest: string) {
  shas += 1
  clock.advance(1000)
  const sha = shas.toString(16).padStart(40, '0')
  const head = {
    sha,
    authorName: 'Ines',
    authorEmail: 'ines@example.com',
    authoredAt: clock.now(),
    subject: `Change ${shas}`,
    message: `Change ${shas}`,
  }
  const files = { Procfile: 'web: ./run\n', run: { executable: '#!/bin/sh\n' }, 'slipway.yaml': manifest }
  const what = {
    id: newId('push'),
    organisationId,
    appId: app.id,
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: sha,
    by: userId,
    receivedAt: clock.now(),
    commits: [head],
    head,
    plan: await plan(treeOf(files)),
  }
  const gatePorts = { first: 20_000, last: 20_999 }
  await db.inOrganisation(organisationId, (tx) => receivePush(tx, what, { clock, db, gatePorts }))
  return sha
}

const shown = (viewer = userId) => getPipeline(db, organisationId, app.name, appsUrl, viewer)
const stage = async (name: string) => {
  const found = (await shown()).stages.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no stage ${name}`)
  return found
}
const approve = (number: number) =>
  approveCheck(
    db,
    organisationId,
    { app: app.name, number, path: 'production/before/0', by: userId, reason: 'Tried it on staging' },
    clock,
  )

test('before the first push there is nothing, and that is no error', async () => {
  expect(await shown()).toMatchObject({ head: null, readFrom: null, builds: [], stages: [], leftOver: [] })
})

test('a push that was just taken in is being built, before its stages', async () => {
  const sha = await push(twoStages)
  const { head, builds, stages } = await shown()
  expect({ head, builds }).toMatchObject({ head: { sha }, builds: [{ sha, is: 'running' }] })
  expect(stages.map(({ name, holder }) => [name, holder])).toEqual([
    ['staging', null],
    ['production', null],
  ])
})

test('what waits before a stage says for what, since when, until when and who may act', async () => {
  const sha = await push(twoStages)
  await work()
  const { stages, builds } = await shown()
  expect(builds).toMatchObject([{ sha, is: 'succeeded' }])
  expect(stages.map(({ name }) => name)).toEqual(['staging', 'production'])
  expect(stages[0]).toMatchObject({
    holder: null,
    last: { number: 1, hasPassed: true },
    waves: [{ targets: [{ name: 'staging', environment: { live: { sha, number: 1, behind: 0 } } }] }],
  })
  const now = clock.now().toISOString()
  expect(stages[1]).toMatchObject({
    holder: null,
    last: null,
    checksOf: null,
    before: [{ words: 'Approval by owners', state: { is: 'ahead' } }],
    waiting: [
      {
        number: 1,
        why: 'gate',
        waits: { waitsFor: 'Approval by owners', since: now, mayAct: 'Owners' },
        check: {
          path: 'production/before/0',
          state: {
            is: 'asked',
            since: now,
            waitsFor: 'an approval by owners',
            answers: { whyNotApprove: null, whyNotReject: null },
          },
        },
      },
    ],
  })
  expect(stages[1]?.waves.map((wave) => wave.targets.map(({ environment }) => environment?.region))).toEqual([
    ['eu-west-1'],
    ['us-east-1', 'us-west-2'],
  ])
})

test('whoever may not approve reads why, as the api would say it', async () => {
  await push(twoStages)
  await work()
  const member = await addPerson(db, 'Mara')
  await db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId: member, role: 'member', by: userId }, clock),
  )
  const { stages } = await shown(member)
  expect(stages[1]?.waiting[0]?.check?.state).toMatchObject({
    answers: { whyNotApprove: 'It takes owners.' },
  })
})

test('an approval stands with its giver and reason beside what it let in', async () => {
  await push(twoStages)
  await work()
  await approve(1)
  targets = { 'production-eu-west-1': working }
  await work()
  const production = await stage('production')
  expect(production).toMatchObject({
    holder: { number: 1, status: 'deploying' },
    waiting: [],
    checksOf: { number: 1 },
    before: [{ state: { is: 'passed', by: { name: 'Ines' }, reason: 'Tried it on staging' } }],
  })
  expect(production.waves.map((wave) => wave.targets.map(({ progress }) => progress?.is))).toEqual([
    ['deploying'],
    ['ahead', 'ahead'],
  ])
})

test('commits between what is live and the newest are counted, and who is inside stays beside who waits', async () => {
  await push(twoStages)
  await work()
  await approve(1)
  await work()
  await push(twoStages)
  targets = { staging: working }
  await work()
  await push(twoStages)
  await work()
  const { stages, head } = await shown()
  expect(head).toMatchObject({ number: 3 })
  expect(stages[0]).toMatchObject({ holder: { number: 2 }, waiting: [{ number: 3, why: 'busy' }] })
  const live = stages.flatMap(({ waves }) =>
    waves.flatMap(({ targets }) => targets.map(({ environment }) => environment?.live?.behind)),
  )
  expect(live).toEqual([2, 2, 2, 2])
})

test('a stage that a person holds says who and why, to whoever waits too', async () => {
  await push(twoStages)
  await work()
  const asked = { app: app.name, stage: 'staging', reason: 'a freeze', by: userId }
  await holdStage(db, organisationId, asked, clock)
  await push(twoStages)
  await work()
  expect(await stage('staging')).toMatchObject({
    hold: { by: { name: 'Ines' }, reason: 'a freeze', since: expect.any(String) },
    waiting: [{ number: 2, why: 'held', waits: { waitsFor: expect.stringContaining('Ines') } }],
  })
})

test('a push without its own Deploy waits for a person before the first stage', async () => {
  await db.inOrganisation(organisationId, (tx) =>
    tx.app.update({ where: { id: app.id }, data: { autoDeploy: false } }),
  )
  await push(twoStages)
  await work()
  expect((await stage('staging')).waiting).toMatchObject([{ why: 'deploy', canDeploy: true }])
})

test('a rollback goes through the stage without changing what the manifest says of it', async () => {
  await push(twoStages)
  await work()
  await push(twoStages)
  await work()
  targets = { staging: working }
  const asked = { app: app.name, environment: 'staging', release: 1, reason: null, by: userId }
  await rollBack(db, organisationId, asked, clock)
  await work()
  expect(await stage('staging')).toMatchObject({
    holder: { kind: 'rollback' },
    waves: [{ targets: [{ name: 'staging', progress: { is: 'deploying', execution: 3 } }] }],
  })
  expect((await stage('production')).before).toHaveLength(1)
})

test('what failed in a stage passed the one before it all the same', async () => {
  await push(twoStages)
  await work()
  await approve(1)
  targets = {
    'production-eu-west-1': () => ({
      state: 'failed',
      step: 'switch',
      error: { code: 'service-not-healthy', what: 'web did not answer.' },
      memory: {},
    }),
  }
  await work()
  expect((await shown()).stages).toMatchObject([
    { last: { number: 1, status: 'failed', hasPassed: true } },
    {
      last: { status: 'failed', hasPassed: false, error: { what: 'web did not answer.' } },
      waves: [{ targets: [{ progress: { is: 'failed' } }] }, {}],
    },
  ])
})

test('a refused manifest leaves the stages of the one before', async () => {
  await push(twoStages)
  await work()
  await push('pipeline: [{ stage: 5 }]')
  await work()
  expect(await shown()).toMatchObject({
    head: { number: 2, status: 'failed' },
    readFrom: { number: 1 },
    stages: [{ name: 'staging' }, { name: 'production' }],
  })
})

test('a stage that the newest manifest no longer names is shown while something is in it, its environments after', async () => {
  await push(twoStages)
  await work()
  targets = { 'production-eu-west-1': working }
  await approve(1)
  await work()
  await push('pipeline: [{ stage: staging, region: eu-central-1 }]')
  await work()
  expect((await shown()).stages).toMatchObject([
    { name: 'staging', isRemoved: false },
    { name: 'production', isRemoved: true, holder: { number: 1 } },
  ])
  targets = {}
  clock.advance(6000)
  await work()
  const { stages, leftOver } = await shown()
  expect(stages.map(({ name }) => name)).toEqual(['staging'])
  expect(leftOver.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['production-eu-west-1', 'production-us-east-1', 'production-us-west-2']),
  )
})

test('the page of an execution has its checks in their places between what is built and deployed', async () => {
  await push(twoStages)
  await work()
  const parts = async () =>
    (await getExecution(db, organisationId, { app: app.name, number: 1 }, appsUrl, userId)).parts
  expect((await parts()).map(({ kind, status, title }) => `${kind} ${status}: ${title}`)).toEqual([
    'build succeeded: Build',
    'deployment healthy: Deploy to staging',
    'check asked: Approval by owners',
    'deployment ahead: Deploy to production-eu-west-1',
    'deployment ahead: Deploy to production-us-east-1',
    'deployment ahead: Deploy to production-us-west-2',
  ])
  expect((await parts()).find(({ kind }) => kind === 'check')).toMatchObject({
    path: 'production/before/0/1',
    stream: expect.stringMatching(/^check:exe_.*:production\.before\.0$/),
    steps: [{ title: 'Wait for an approval', state: 'waiting' }],
    check: { path: 'production/before/0', state: { is: 'asked', answers: { whyNotApprove: null } } },
  })
  await approve(1)
  await work()
  expect((await parts()).find(({ kind }) => kind === 'check')).toMatchObject({ status: 'passed', steps: [] })
})
