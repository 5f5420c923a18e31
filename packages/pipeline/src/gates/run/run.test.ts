import { newId, stoppedClock, type UserErrorFields } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, environmentsOf } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import type { PlannedCheck } from '@slipway/manifest'
import type { CommandOutcome } from '@slipway/protocol'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelExecution } from '../../actions.ts'
import { getExecution } from '../../read/get-execution.ts'
import { pushTo, runDueJobs, testHandlers } from '../../testing.ts'
import { checkProblems, checksFrom } from '../index.ts'
import { basesAreThere, runnersAreUp, type TestRunners, testRunners } from './testing.ts'

/** The real steps and rows; runners are up already, and their agents are the test, which answers in rows. */
const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const appsUrl = 'http://{name}.localhost:4700'
const handlers = testHandlers(db, {
  appsUrl,
})

let app: App
let runners: TestRunners
beforeEach(async () => {
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  runners = await testRunners(db, app, [app.region, 'us-east-1'], clock)
})

const work = () => runDueJobs(db, clock, handlers)

async function push(stage: string, more = '') {
  clock.advance(1000)
  const manifest = `pipeline: [{ stage: production, ${stage} }]\n${more}`
  const { sha, outcome } = await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  if (outcome.kind !== 'deploys') throw new Error(`the push ${outcome.kind}`)
  const { executionId } = outcome
  const places = ['before', 'after'].flatMap((side) => [0, 1].map((index) => `production/${side}/${index}/1`))
  await runnersAreUp(db, app, executionId, places)
  await work()
  return { executionId, sha }
}

const told = (region = app.region) => runners.told(region)
async function answer(outcome: CommandOutcome, region = app.region): Promise<void> {
  clock.advance(1000)
  await runners.answer(region, outcome)
  await work()
}
const well = (outputs: Record<string, string> = {}): CommandOutcome => ({
  ok: true,
  output: { outputs, seconds: 3 },
})
const wrong = (code = 'step-failed'): CommandOutcome => {
  const error: UserErrorFields = { code, kind: 'failed', what: `It ended with ${code}.`, details: ['boom'] }
  return { ok: false, error }
}
const shown = () => getExecution(db, organisationId, { app: app.name, number: 1 }, appsUrl)
const status = async () => (await shown()).status

describe('a step', () => {
  test('is sent to the runner with the commit and where it runs, and passes when the command ends with 0', async () => {
    const { executionId, sha } = await push(
      'after: [{ test: npm run e2e, timeout: 5m, cache: [node_modules] }]',
      'env: { TIER: gold }\n',
    )
    const [step, ...others] = await told()
    expect(others).toEqual([])
    const environments = await db.inOrganisation(organisationId, (tx) => environmentsOf(tx, app.id))
    expect(step?.deadlineSeconds).toBe(900)
    expect(step?.spec).toMatchObject({
      executionId,
      stepId: `${executionId}/production/after/0/1`,
      stream: `check:${executionId}:production.after.0`,
      repository: { sha, url: expect.stringContaining(`/${app.name}.git`), token: expect.any(String) },
      command: 'npm run e2e',
      timeoutSeconds: 300,
      outputs: [],
      cache: { key: app.id, folders: ['node_modules'] },
    })
    expect(step?.spec.variables).toMatchObject({
      TIER: 'gold',
      SLIPWAY_STAGE: 'production',
      SLIPWAY_ENVIRONMENT: environments[0]?.name,
      SLIPWAY_REGION: app.region,
      SLIPWAY_URL: expect.stringMatching(/^http:\/\/web-.+\.localhost:4700$/),
    })
    expect((await shown()).parts.at(-1)).toMatchObject({
      title: 'npm run e2e',
      status: 'asked',
      steps: [{}, {}, {}, { title: 'Command', state: 'waiting', waitsFor: 'the command' }],
    })
    await answer(well())
    expect(await status()).toBe('succeeded')
  })

  test('before the first deployment has no address, and stands in the way', async () => {
    await push('before: [{ run: npm run warm }]')
    expect((await told())[0]?.spec.variables).not.toHaveProperty('SLIPWAY_URL')
    expect((await shown()).parts.find(({ kind }) => kind === 'deployment')?.status).toBe('ahead')
    await answer(well())
    expect(await status()).toBe('succeeded')
  })

  test('that fails fails the execution with its last lines; what runs stays', async () => {
    await push('after: [{ test: npm run e2e }]')
    await answer(wrong())
    expect(await shown()).toMatchObject({
      status: 'failed',
      error: { code: 'step-failed', details: ['boom'] },
      revision: { isBad: false },
    })
  })

  test('is tried again as often as the manifest says', async () => {
    await push('after: [{ test: npm run e2e, retries: 1 }]')
    const [first] = await told()
    await answer(wrong())
    const [second] = await told()
    expect(second?.id).not.toBe(first?.id)
    expect(second?.spec.stepId).toBe(first?.spec.stepId)
    expect(second?.spec.repository.token).not.toBe(first?.spec.repository.token)
    await answer(wrong())
    expect(await status()).toBe('failed')
    expect(await told()).toEqual([])
  })

  test('whose runner went away is sent once more by itself', async () => {
    await push('after: [{ test: npm run e2e }]')
    await answer(wrong('host-did-not-answer'))
    expect(await told()).toHaveLength(1)
    await answer(wrong('host-did-not-answer'))
    expect(await shown()).toMatchObject({ status: 'failed', error: { code: 'host-did-not-answer' } })
  })

  test('leaves its outputs to later steps as variables, but cannot say where they run', async () => {
    await push('before: [{ run: ./reserve, outputs: [SLOT, SLIPWAY_STAGE] }], after: [{ test: npm run e2e }]')
    expect((await told())[0]?.spec.outputs).toEqual(['SLOT', 'SLIPWAY_STAGE'])
    await answer(well({ SLOT: '7', SLIPWAY_STAGE: 'another' }))
    expect((await told())[0]?.spec).toMatchObject({
      command: 'npm run e2e',
      variables: { SLOT: '7', SLIPWAY_STAGE: 'production' },
    })
    await answer(well())
    expect(await status()).toBe('succeeded')
  })

  test('of a matrix runs in each of its regions, on the runner there', async () => {
    const there = `regions: [${app.region}, us-east-1]`
    await push(`${there}, after: [{ test: npm run e2e, ${there} }]`)
    expect(await told('us-east-1')).toEqual([])
    expect((await told())[0]?.spec.variables.SLIPWAY_REGION).toBe(app.region)
    await answer(well())
    expect((await told('us-east-1'))[0]?.spec.variables).toMatchObject({
      SLIPWAY_REGION: 'us-east-1',
      SLIPWAY_ENVIRONMENT: 'production-us-east-1',
    })
    await answer(well(), 'us-east-1')
    expect(await status()).toBe('succeeded')
  })

  test('of an execution that is cancelled is stopped on its runner', async () => {
    await push('after: [{ test: npm run e2e }]')
    const [step] = await told()
    await cancelExecution(db, organisationId, { app: app.name, number: 1, by: userId }, clock)
    await work()
    const pending = await runners.pending(app.region)
    expect(pending.map(({ command }) => command)).toContainEqual({ kind: 'stop', commandId: step?.id })
    await answer(wrong('command-cancelled'))
    expect(await status()).toBe('cancelled')
    expect(await told()).toEqual([])
  })

  test('that two looks see in one moment is sent once', async () => {
    await push('after: [{ test: npm run e2e, retries: 3 }]')
    await Promise.all([work(), work()])
    clock.advance(31_000)
    await Promise.all([work(), work()])
    expect(await told()).toHaveLength(1)
    await answer(well())
  })
})

describe('the files of a step', () => {
  const kept = (name: string): CommandOutcome => ({
    ok: true,
    output: {
      outputs: {},
      seconds: 3,
      artifacts: { digest: 'c'.repeat(64), sizeBytes: 70, names: [{ name, files: 2, sizeBytes: 700 }] },
    },
  })
  const twoSteps =
    'before: [{ run: ./make, artifacts: [out] }], after: [{ test: ./check, artifacts: [report.txt] }]'
  beforeEach(() => basesAreThere(db, app, [app.region], clock))

  test('are kept where it runs, and told to every later one by place and digest', async () => {
    const { executionId } = await push(twoSteps)
    const first = `artifacts/${executionId}/production/before/0/1/1.tar.gz`
    const bucket = `bucket-${app.region}`
    expect((await told())[0]?.spec.artifacts).toEqual({
      bucket,
      found: [],
      kept: { key: first, names: ['out'] },
    })
    await answer(kept('out'))
    expect((await told())[0]?.spec.artifacts).toEqual({
      bucket,
      found: [{ key: first, digest: 'c'.repeat(64), sizeBytes: 70, fileBytes: 700 }],
      kept: { key: `artifacts/${executionId}/production/after/0/1/1.tar.gz`, names: ['report.txt'] },
    })
    await answer(kept('report.txt'))
    expect(await status()).toBe('succeeded')
    const checks = (await shown()).parts.flatMap(({ check }) => check ?? [])
    expect(checks.map((check) => check.kept)).toEqual([
      { names: [{ name: 'out', files: 2, sizeBytes: 700 }], address: `s3://${bucket}/${first}` },
      expect.objectContaining({ names: [{ name: 'report.txt', files: 2, sizeBytes: 700 }] }),
    ])
  })

  test('of a try lie beside those of the try before, so that a runner that was given up writes over none', async () => {
    await push('before: [{ run: ./make, artifacts: [out], retries: 1 }], after: [{ test: ./check }]')
    await answer(wrong('host-did-not-answer'))
    const second = (await told())[0]?.spec.artifacts?.kept?.key
    expect(second).toMatch(/\/before\/0\/1\/2\.tar\.gz$/)
    await answer(kept('out'))
    expect((await told())[0]?.spec.artifacts).toMatchObject({ found: [{ key: second }] })
    expect((await told())[0]?.spec.artifacts).not.toHaveProperty('kept')
    await answer(well())
    expect(await status()).toBe('succeeded')
  })

  test('are not what a runner says that it kept beyond what it was told', async () => {
    await push('before: [{ run: ./make, artifacts: [out] }]')
    await answer(kept('etc'))
    for (let tries = 0; tries < 8; tries++) {
      clock.advance(120_000)
      await work()
    }
    expect((await shown()).error).toMatchObject({ code: 'pipeline-step-broken' })
  })

  test('wait for a connect stack that lets steps keep files, and say so', async () => {
    const grant = (templateVersion: number) =>
      db.inOrganisation(organisationId, (tx) =>
        tx.cloudAccount.update({ where: { id: app.cloudAccountId }, data: { templateVersion } }),
      )
    await grant(3)
    await push('before: [{ run: ./make, artifacts: [out] }]')
    expect(await told()).toEqual([])
    expect((await shown()).parts.flatMap(({ check }) => check?.state ?? [])).toContainEqual(
      expect.objectContaining({ is: 'asked', waitsFor: expect.stringContaining('the connect stack of') }),
    )
    await grant(4)
    clock.advance(61_000)
    await work()
    await answer(kept('out'))
    expect(await status()).toBe('succeeded')
  })
})

describe('what a manifest asks for', () => {
  const planned: PlannedCheck = {
    line: 7,
    kind: 'test',
    command: 'npm run e2e',
    timeoutSeconds: 300,
    retries: 2,
    regions: ['eu-west-1', 'us-east-1'],
    artifacts: [],
    outputs: [],
    cache: [],
  }
  const inStage = { monitors: [], regions: ['eu-west-1', 'us-east-1'] }

  test('is one check for each region of a matrix', () => {
    expect(checksFrom([planned], inStage)).toMatchObject([
      { kind: 'test', words: 'npm run e2e in eu-west-1', isStep: true, limitSeconds: 2100 },
      { kind: 'test', words: 'npm run e2e in us-east-1', ask: { region: 'us-east-1' } },
    ])
    const script = { ...planned, kind: 'run' as const, command: 'set -e\n./deploy', regions: null }
    expect(checksFrom([script], inStage)).toMatchObject([{ kind: 'run', words: 'set -e…' }])
  })

  test('is refused at its line where it cannot be done', () => {
    const problems = (more: Partial<typeof planned>) =>
      checkProblems([{ ...planned, ...more }], inStage, clock.now()).map(({ code, value, place }) => [
        code,
        value,
        place?.line,
      ])
    expect(problems({})).toEqual([])
    expect(problems({ regions: ['eu-west-1', 'eu-west-2'] })).toEqual([
      ['manifest-step-region', 'eu-west-2', 7],
    ])
  })
})
