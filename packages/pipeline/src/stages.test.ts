import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, environmentsOf } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { executionSchema } from './decide/execution.ts'
import type { OpenDeployment } from './deployment-rows.ts'
import { holdStage, releaseStage } from './hold-stage.ts'
import { listExecutions } from './read/list-executions.ts'
import { specOf } from './server-deployment.ts'
import { builtAs, pushTo, runDueJobs, testHandlers } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-26T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
await db.inOrganisation(organisationId, (tx) =>
  tx.cloudAccount.create({
    data: {
      id: newId('cloudAccount'),
      organisationId,
      name: 'dev',
      region: 'eu-central-1',
      externalId: newId('cloudAccount'),
      accountNumber: '555566667777',
      state: 'connected',
      createdAt: clock.now(),
    },
  }),
)

let deployed: OpenDeployment[] = []
const handlers = testHandlers(db, {
  runBuild: builtAs(() => digest),
  runTarget: async (deployment) => {
    deployed.push(deployment)
    return { state: 'done', memory: {} }
  },
})
const work = () => runDueJobs(db, clock, handlers)

let digest = ''
let app: App

beforeEach(async () => {
  deployed = []
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const threeStages = `
pipeline:
  - stage: staging
    account: dev
    region: eu-central-1
  - stage: production
    account: prod
    waves:
      - { regions: [eu-west-1] }
      - { regions: [us-east-1, us-west-2] }
`

async function push(manifest: string) {
  clock.advance(1000)
  const { sha, outcome } = await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  if (outcome.kind !== 'deploys') throw new Error(`the push ${outcome.kind}`)
  digest = sha.padEnd(64, '0')
  return outcome.executionId
}

const stateOf = (id: string) =>
  db.inOrganisation(organisationId, async (tx) =>
    executionSchema.parse((await tx.execution.findUniqueOrThrow({ where: { id } })).state),
  )
const statuses = async () =>
  (await listExecutions(db, organisationId, { app: app.name })).executions.map(
    ({ number, status }) => `${number} ${status}`,
  )

test('a revision goes through the stages, accounts and regions of its manifest, the same build in each', async () => {
  const id = await push(threeStages)
  await work()
  expect((await stateOf(id)).end?.how).toBe('succeeded')
  const places = deployed.map(({ environment, release }) => ({
    name: environment.name,
    region: environment.region,
    digest: release.digest,
    ownsKey: release.key.startsWith(`environments/${environment.id}/`),
    isOwn: release.environmentId === environment.id,
  }))
  expect(places).toEqual(
    [
      ['staging', 'eu-central-1'],
      ['production-eu-west-1', 'eu-west-1'],
      ['production-us-east-1', 'us-east-1'],
      ['production-us-west-2', 'us-west-2'],
    ].map(([name, region]) => ({ name, region, digest, ownsKey: true, isOwn: true })),
  )
})

test('the same pipeline again makes no environment twice', async () => {
  await push(threeStages)
  await work()
  await push(threeStages)
  await work()
  const environments = await db.inOrganisation(organisationId, (tx) => environmentsOf(tx, app.id))
  expect(environments).toHaveLength(4)
  expect(deployed).toHaveLength(8)
  expect(deployed.slice(4).map(({ release }) => release.number)).toEqual([2, 2, 2, 2])
})

test('an account or an approver that the organisation does not have is refused by line before anything is made', async () => {
  const id = await push(`
pipeline:
  - stage: production
    account: prd
    before: [{ approve: { by: [nobody@example.com] } }]
`)
  await work()
  const { end } = await stateOf(id)
  expect(end).toMatchObject({ how: 'failed', error: { code: 'manifest-account-unknown' } })
  expect(end?.error?.details?.join(' ')).toMatch(/slipway\.yaml:4.*prd.*slipway\.yaml:5.*nobody@example\.com/)
  expect(deployed).toEqual([])
})

test('a one box and a canary reach the host as steps of the deployment, a way back has none', async () => {
  await push(`
services:
  web: { run: ./run, deploy: { strategy: canary, steps: [5% for 2m, 25% for 3m] } }
  api: { run: ./run, health: / }
pipeline:
  - stage: staging
  - stage: production
    waves: [{ one-box: 10%, bake: { minutes: 60 } }]
`)
  await work()
  const [staging] = deployed
  if (staging === undefined) throw new Error('nothing was deployed')
  const web = staging.services.find(({ name }) => name === 'web')?.id
  const steps = [
    { percent: 5, seconds: 120 },
    { percent: 25, seconds: 180 },
  ]
  expect(specOf(staging).canary).toEqual({ steps, serviceIds: [web], chanceMax: 0.005 })
  const [, production = staging] = deployed
  const oneBox = { percent: 10, seconds: 1800 }
  expect(production.oneBox).toEqual(oneBox)
  expect(specOf(production).canary).toEqual({
    steps: [oneBox, { percent: 25, seconds: 180 }],
    // Half of one in a hundred: there are two places where a good revision might be taken for worse.
    chanceMax: 0.005,
  })
  expect(specOf({ ...production, isWatched: false }).canary).toBeUndefined()
})

test('a one box of an app with a disk, or of workers alone, is refused by its line', async () => {
  const waves = 'pipeline:\n  - stage: production\n    waves:\n      - { one-box: 5% }'
  const onDisk = await push(`services: { web: { run: ./run, disks: { data: { path: /data } } } }\n${waves}`)
  const workers = await push(`services: { emails: { run: ./run, health: false } }\n${waves}`)
  await work()
  const refused = async (id: string) => JSON.stringify((await stateOf(id)).end?.error)
  expect(await refused(onDisk)).toMatch(/"manifest-canary-disk".*slipway\.yaml:5/)
  expect(await refused(workers)).toMatch(/"manifest-canary-worker".*slipway\.yaml:5/)
  expect(deployed).toEqual([])
})

test('a held stage lets nothing in until it is released, and what waits is superseded meanwhile', async () => {
  await push('')
  await work()
  const asked = { app: app.name, stage: 'production', reason: 'a freeze', by: userId }
  await holdStage(db, organisationId, asked, clock)
  const second = await push('')
  await work()
  expect(await statuses()).toEqual(['2 waiting', '1 succeeded'])
  await push('')
  await work()
  expect((await stateOf(second)).end?.how).toBe('superseded')
  await releaseStage(db, organisationId, { ...asked, reason: 'it is over' }, clock)
  await work()
  expect(await statuses()).toEqual(['3 succeeded', '2 superseded', '1 succeeded'])
})
