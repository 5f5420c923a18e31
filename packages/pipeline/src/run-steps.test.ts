import type { AccountContext, Memory, Step, StepResult } from '@slipway/cloud'
import { asId, makeLog, newId, stoppedClock, UserError } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { addApp, addTenant } from '@slipway/environments/testing'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { runSteps, type StepsOf } from './run-steps.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId } = acme

/** What a test's steps are run with; none of them touches AWS. */
type Context = Omit<AccountContext, 'cloud'>
let of: StepsOf
let ran: string[] = []
let answers: Record<string, (() => StepResult)[]> = {}

function step(name: string, limitSeconds = 60): Step<Context> {
  return {
    name,
    title: name,
    limitSeconds,
    late: () => ({ code: 'test-late', what: `${name} took too long.` }),
    async run(context) {
      ran.push(`${name} ${JSON.stringify(context.memory)}`)
      return answers[name]?.shift()?.() ?? { state: 'done' }
    },
  }
}
const steps = [step('one'), step('two'), step('three')]

beforeEach(async () => {
  ran = []
  answers = {}
  const app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  const executionId = newId('execution')
  await db.inOrganisation(organisationId, async (tx) => {
    const revision = await tx.revision.create({
      data: {
        id: newId('revision'),
        organisationId,
        appId: app.id,
        sha: 'a'.repeat(40),
        branch: 'main',
        message: 'x',
        author: 'Ines',
        authorEmail: 'ines@example.com',
        authoredAt: clock.now(),
        pushedAt: clock.now(),
        pushedBy: acme.userId,
        position: 1,
      },
    })
    const row = { organisationId, appId: app.id, revisionId: revision.id, createdAt: clock.now() }
    await tx.execution.create({
      data: {
        id: executionId,
        number: 1,
        kind: 'push',
        startedBy: 'slipway',
        state: {},
        status: 'building',
        ...row,
      },
    })
  })
  of = { organisationId, executionId, path: 'build/1', deploymentId: null }
})

const run = () =>
  runSteps(
    db,
    of,
    steps,
    (memory: Memory) => ({
      db,
      clock,
      log: makeLog('test', 'silent'),
      organisationId,
      cloudAccountId: asId('cloudAccount', acme.cloudAccountId),
      region: 'eu-west-1',
      wake: { name: 'test.wake', payload: {} },
      memory,
      say: async () => {},
    }),
    clock,
  )

const rows = () =>
  db.inOrganisation(organisationId, (tx) =>
    tx.deploymentStep.findMany({ where: { executionId: of.executionId }, orderBy: { position: 'asc' } }),
  )
const states = async () => (await rows()).map(({ name, state }) => `${name} ${state}`)

test('steps run in order, and what was done is not run again', async () => {
  const until = new Date(clock.now().getTime() + 1000)
  answers.two = [() => ({ state: 'wait', until, on: 'the stack' })]
  expect(await run()).toEqual({ state: 'waiting', until })
  expect(await states()).toEqual(['one done', 'two waiting', 'three pending'])
  expect((await rows())[1]).toMatchObject({ waitsFor: 'the stack', waitUntil: until })
  expect((await run()).state).toBe('done')
  expect(ran.map((line) => line.split(' ')[0])).toEqual(['one', 'two', 'two', 'three'])
})

test('a step that breaks is run again from its own beginning, by whoever comes next', async () => {
  answers.two = [
    () => {
      throw new Error('the process was killed here')
    },
  ]
  await expect(run()).rejects.toThrow('killed')
  expect(await states()).toEqual(['one done', 'two running', 'three pending'])
  expect((await run()).state).toBe('done')
  expect(ran.map((line) => line.split(' ')[0])).toEqual(['one', 'two', 'two', 'three'])
})

test('what a step remembers is there at its next run and for the steps behind it', async () => {
  answers.one = [() => ({ state: 'done', memory: { bucket: 'b' } })]
  answers.two = [
    () => ({ state: 'wait', until: clock.now(), on: 'the host', memory: { command: 'c' } }),
    () => ({ state: 'done' }),
  ]
  await run()
  expect(await run()).toEqual({ state: 'done', memory: { bucket: 'b', command: 'c' } })
  expect(ran.at(-1)).toBe('three {"bucket":"b","command":"c"}')
})

test('a step that takes too long fails in its own words, however often it was looked at', async () => {
  answers.two = Array.from({ length: 5 }, () => () => ({ state: 'wait', until: clock.now(), on: 'nothing' }))
  await run()
  clock.advance(59_000)
  expect((await run()).state).toBe('waiting')
  clock.advance(2000)
  expect(await run()).toMatchObject({ state: 'failed', step: 'two', error: { code: 'test-late' } })
  expect(await states()).toEqual(['one done', 'two failed', 'three pending'])
})

test('an error that a person can cure ends the step; it is not tried again', async () => {
  answers.one = [
    () => {
      throw new UserError({ code: 'aws-quota', what: 'The account may have no more addresses.' })
    },
  ]
  expect(await run()).toMatchObject({ state: 'failed', step: 'one', error: { code: 'aws-quota' } })
  expect((await rows())[0]).toMatchObject({ state: 'failed', error: { code: 'aws-quota' } })
})

test('what AWS refuses is tried again for a while, and then fails in words', async () => {
  const denied = Object.assign(new Error('User: x is not authorized to perform: s3:PutObject'), {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  })
  const refuse = () => {
    throw denied
  }
  answers = { one: [refuse, refuse, refuse] }
  await expect(run()).rejects.toBe(denied)
  clock.advance(40_000)
  await expect(run()).rejects.toBe(denied)
  clock.advance(15_000)
  expect(await run()).toMatchObject({ state: 'failed', step: 'one', error: { code: 'aws-permission' } })
})
