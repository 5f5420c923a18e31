import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, environmentsOf } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import type { CommandOutcome } from '@slipway/protocol'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { overrideCheck } from '../../act-on-check.ts'
import { cancelExecution } from '../../actions.ts'
import { getExecution } from '../../read/get-execution.ts'
import { getPipeline } from '../../read/get-pipeline.ts'
import { pushTo, runDueJobs, testHandlers } from '../../testing.ts'
import { runnersAreUp, type TestRunners, testRunners } from '../run/testing.ts'

/** The real steps and rows; the runner is up already, and its agent is the test, which answers in rows. */
const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const appsUrl = 'http://{name}.localhost:4700'
let deployed: string[] = []
const handlers = testHandlers(db, {
  appsUrl,
  runTarget: async ({ environment }) => {
    deployed.push(environment.name)
    return { state: 'done', memory: {} }
  },
})

let app: App
let runners: TestRunners
beforeEach(async () => {
  deployed = []
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  runners = await testRunners(db, app, [app.region], clock)
})

const work = () => runDueJobs(db, clock, handlers)
/** A push whose pipeline generates behind its first stage, with further `entries` behind that. */
async function push(generate = '', entries = ''): Promise<string> {
  clock.advance(1000)
  const manifest = `pipeline: [{ stage: staging }, { generate: npm run pipeline${generate} }${entries}]\n`
  const { outcome } = await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  if (outcome.kind !== 'deploys') throw new Error(`the push ${outcome.kind}`)
  const places = ['generate-2', 'generate-2-1', 'generate-2-2'].map((name) => `${name}/before/0/1`)
  await runnersAreUp(db, app, outcome.executionId, places)
  await work()
  return outcome.executionId
}
const told = () => runners.told(app.region)
async function answer(outcome: CommandOutcome): Promise<void> {
  clock.advance(1000)
  await runners.answer(app.region, outcome)
  await work()
}
const prints = (generated: string): CommandOutcome => ({
  ok: true,
  output: { outputs: {}, seconds: 3, generated },
})
const shown = (number = 1) => getExecution(db, organisationId, { app: app.name, number }, appsUrl, userId)
const status = async (number = 1) => (await shown(number)).status
const error = async () => (await shown()).error
const environments = async () =>
  (await db.inOrganisation(organisationId, (tx) => environmentsOf(tx, app.id))).map(({ name }) => name)
const stages = async () => (await getPipeline(db, organisationId, app.name, appsUrl, userId)).stages
const two = '[{ stage: eu }, { stage: us, regions: [eu-west-1] }]'.replace('eu-west-1', 'REGION')
const stagesPrinted = () => two.replace('REGION', app.region)

describe('generated stages', () => {
  test('come behind the entry that generates them, with environments of their own', async () => {
    await push('', ', { stage: last }')
    expect(deployed).toEqual(['staging'])
    const [step, ...others] = await told()
    expect(others).toEqual([])
    expect(step?.spec).toMatchObject({ command: 'npm run pipeline', generates: true, timeoutSeconds: 1800 })
    expect(await shown()).toMatchObject({
      status: 'checking',
      waits: { waitsFor: 'Stages of npm run pipeline' },
    })
    await answer(prints(stagesPrinted()))
    expect(await status()).toBe('succeeded')
    expect(deployed).toEqual(['staging', 'eu', 'us', 'last'])
    expect(await environments()).toEqual(['staging', 'last', 'eu', 'us'])
    expect((await shown()).events.map(({ words }) => words)).toContain('Behind it come: eu, us.')
    expect((await stages()).map(({ name }) => name)).toEqual(['staging', 'generate-2', 'eu', 'us', 'last'])
  })

  test('may be none', async () => {
    await push()
    await answer(prints('[]'))
    expect([await status(), deployed]).toEqual(['succeeded', ['staging']])
  })

  test('stand behind the gates of their entry', async () => {
    await push(', gates: [{ approve: true }]')
    await answer(prints('- stage: eu'))
    expect(await shown()).toMatchObject({ status: 'waiting', waits: { waitsFor: 'Approval by any member' } })
    expect(deployed).toEqual(['staging'])
  })

  test('may generate in turn', async () => {
    await push()
    await answer(prints('[{ stage: eu }, { generate: ./more }]'))
    expect((await told())[0]?.spec.command).toBe('./more')
    await answer(prints('- stage: us'))
    expect([await status(), deployed]).toEqual(['succeeded', ['staging', 'eu', 'us']])
  })

  test('that were before are shown ahead, until the newest push has generated its own', async () => {
    await push()
    await answer(prints(stagesPrinted()))
    await push()
    const names = async () =>
      (await stages()).map(({ name, isRemoved }) => (isRemoved ? `${name} gone` : name))
    expect(await names()).toEqual(['staging', 'generate-2', 'eu', 'us'])
    await answer(prints('- stage: eu'))
    expect(await names()).toEqual(['staging', 'generate-2', 'eu'])
  })

  test('that are refused end the execution with each line; what is deployed stays', async () => {
    await push()
    await answer(prints('- stage: eu\n  account: other\n- stage: us\n  acount: x'))
    expect(await error()).toMatchObject({
      code: 'generated-refused',
      details: [expect.stringMatching(/^generated\.yaml:4:3 /)],
    })
    expect(await environments()).toEqual(['staging'])
    await push()
    await answer(prints('- stage: eu\n  account: other\n- stage: staging'))
    expect((await shown(2)).error?.details).toEqual([
      expect.stringMatching(/^generated\.yaml:2:1 The account other is not among those/),
      expect.stringMatching(/^generated\.yaml:3:1 The execution has a stage staging already/),
    ])
    expect(await status(2)).toBe('failed')
    expect(await environments()).toEqual(['staging'])
  })

  test('name only what the organisation has', async () => {
    await push(', accounts: [elsewhere]')
    await answer(prints('- { stage: eu, account: elsewhere }'))
    expect(await error()).toMatchObject({
      code: 'generated-refused',
      details: [expect.stringMatching(/^generated\.yaml:1:1 There is no cloud account elsewhere/)],
    })
  })

  test('do not come where the command fails, or an admin passes it over', async () => {
    await push()
    await answer({ ok: false, error: { code: 'step-failed', what: 'It ended with code 1.' } })
    expect(await error()).toMatchObject({ code: 'step-failed' })
    await push()
    const asked = { app: app.name, number: 2, path: 'generate-2/before/0', by: userId }
    await overrideCheck(db, organisationId, { ...asked, reason: 'Staging is enough today' }, clock)
    await work()
    expect([await status(2), deployed]).toEqual(['succeeded', ['staging', 'staging']])
  })

  test('of an execution that has ended meanwhile join nothing', async () => {
    await push()
    const outcome = prints(stagesPrinted())
    await cancelExecution(db, organisationId, { app: app.name, number: 1, by: userId }, clock)
    await runners.answer(app.region, outcome)
    await work()
    expect([await status(), await environments()]).toEqual(['cancelled', ['staging']])
  })
})

test('stages that are joined are joined once, though the step is looked at again before its answer', async () => {
  const executionId = await push()
  await runners.answer(app.region, prints(stagesPrinted()))
  const twice = await Promise.allSettled([work(), work()])
  expect(twice.every((each) => each.status === 'fulfilled')).toBe(true)
  await work()
  expect(deployed).toEqual(['staging', 'eu', 'us'])
  const events = await db.inOrganisation(organisationId, (tx) =>
    tx.executionEvent.count({ where: { executionId, key: 'generate-2/before/0/1/generated' } }),
  )
  expect(events).toBe(1)
})
