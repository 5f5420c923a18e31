import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, getEnvironment } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { commandProgress, endCommand, expectHost, pendingCommands, storeCanaryMinute } from '@slipway/hosts'
import { listAudit } from '@slipway/organisations'
import type { CommandOutcome, MinuteOfCanary } from '@slipway/protocol'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cancelExecution, deployExecution, rollBack } from './actions.ts'
import { followExecution } from './follow-execution.ts'
import { liftBad } from './lift-bad.ts'
import { getCanaries } from './read/get-canaries.ts'
import { getExecution } from './read/get-execution.ts'
import { listExecutions } from './read/list-executions.ts'
import { sendToHost } from './send-to-host-testing.ts'
import { pushTo, runDueJobs, testHandlers, unreachableCloud } from './testing.ts'

/** The real step that sends a release to its host; the host's agent is the test, which answers in rows. */
const { db, close } = await testDatabase()
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const appsUrl = 'http://{name}.localhost:4700'
const cloud = unreachableCloud(db)
afterAll(async () => {
  await cloud.close()
  await close()
})

const handlers = testHandlers(db, { runTarget: sendToHost(cloud) })

let app: App
let hostId = newId('host')

beforeEach(async () => {
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  hostId = await db.inOrganisation(organisationId, async (tx) => {
    const environment = await tx.environment.findFirstOrThrow({ where: { appId: app.id } })
    const { cloudAccountId, region } = app
    const environmentId = asId('environment', environment.id)
    return expectHost(tx, { organisationId, cloudAccountId, region, kind: 'host', environmentId }, {}, clock)
  })
})

async function push(sha?: string) {
  clock.advance(1000)
  const { outcome } = await pushTo(db, clock, { app, by: userId, ...(sha !== undefined && { sha }) })
  if (outcome.kind !== 'deploys') throw new Error('it does not deploy')
  return outcome
}

const work = () => runDueJobs(db, clock, handlers)
const commands = () => db.inOrganisation(organisationId, (tx) => pendingCommands(tx, hostId, clock))
const answer = (id: string, outcome: CommandOutcome) =>
  db.inOrganisation(organisationId, (tx) =>
    endCommand(tx, { hostId, id: asId('hostCommand', id), outcome }, clock),
  )
const good: CommandOutcome = { ok: true, output: { phases: [], services: [], heldMilliseconds: 0 } }
const statuses = async () =>
  (await listExecutions(db, organisationId, { app: app.name })).executions.map(({ status }) => status)
const environment = () => getEnvironment(db, organisationId, app.name, 'production', appsUrl)
const execution = (number: number) => getExecution(db, organisationId, { app: app.name, number }, appsUrl)

test('the host is told once, with the fence of the lease, and its answer ends the deployment', async () => {
  await push()
  await work()
  clock.advance(20_000)
  await work()
  const told = await commands()
  expect(told).toMatchObject([{ fence: 1, command: { kind: 'deploy', spec: { release: { number: 1 } } } }])
  await answer(told[0]?.id ?? '', good)
  await answer(told[0]?.id ?? '', { ok: false, error: { code: 'app-exited', what: 'a second answer' } })
  await work()
  expect(await statuses()).toEqual(['succeeded'])
  expect((await environment()).live).toMatchObject({ number: 1 })
})

test('an app that does not come up fails the execution with its own last lines', async () => {
  await push()
  await work()
  const [told] = await commands()
  const error = { code: 'app-exited', what: 'web ended with code 1.', details: ['Error: no DATABASE_URL'] }
  await answer(told?.id ?? '', { ok: false, error })
  await work()
  const shown = await execution(1)
  expect(shown).toMatchObject({ status: 'failed', error, revision: { isBad: true } })
  expect(shown.parts.at(-1)?.steps).toMatchObject([{ name: 'deploy', title: 'Deploy', state: 'failed' }])
  const mails = await db.inOrganisation(organisationId, (tx) =>
    tx.outbox.findMany({ where: { name: 'organisations.send-mail' } }),
  )
  expect(mails).toHaveLength(1)
  expect(JSON.stringify(mails[0]?.payload)).toContain('no DATABASE_URL')
})

test('a host that goes back is heard before it has, and its answer ends the deployment', async () => {
  await push()
  await work()
  const [told] = await commands()
  const id = asId('hostCommand', told?.id ?? '')
  const error = { code: 'app-canary-worse', what: 'web is worse.' }
  const goesBack = () =>
    db.inOrganisation(organisationId, (tx) => commandProgress(tx, { hostId, id, phase: 'restore', error }))
  await goesBack()
  await goesBack()
  await work()
  const back = await execution(1)
  expect(back).toMatchObject({ status: 'going-back', revision: { isBad: true }, endedAt: null })
  expect(back.events.filter(({ type }) => type === 'target-red')).toMatchObject([
    { words: 'web is worse. The host goes back.' },
  ])
  await answer(id, { ok: false, error })
  await work()
  expect(await execution(1)).toMatchObject({ status: 'failed', error, revision: { isBad: true } })
})

test('a host that never answers fails the execution; its revision is not to blame', async () => {
  await push()
  await work()
  for (let minute = 0; minute < 45; minute++) {
    clock.advance(60_000)
    await work()
    const [told] = await commands()
    // Hosts ends what is past its deadline.
    if (told === undefined) {
      const row = await db.inOrganisation(organisationId, (tx) =>
        tx.hostCommand.findFirst({ where: { hostId, endedAt: null } }),
      )
      if (row !== null)
        await answer(row.id, {
          ok: false,
          error: { code: 'host-did-not-answer', what: 'The host did not answer.' },
        })
    }
  }
  await work()
  expect(await execution(1)).toMatchObject({
    status: 'failed',
    error: { code: 'host-did-not-answer' },
    revision: { isBad: false },
  })
})

test('cancel tells the host to stop; it undoes, and the next push has a greater fence', async () => {
  await push()
  await work()
  const [deploy] = await commands()
  await cancelExecution(db, organisationId, { app: app.name, number: 1, by: userId }, clock)
  await work()
  const stop = (await commands()).find(({ command }) => command.kind === 'stop')
  expect(stop?.command).toEqual({ kind: 'stop', commandId: deploy?.id })
  expect(await statuses()).toEqual(['cancelling'])
  const cancelled = { ok: false as const, error: { code: 'command-cancelled', what: 'It was cancelled.' } }
  await answer(deploy?.id ?? '', cancelled)
  await answer(stop?.id ?? '', good)
  await work()
  expect(await statuses()).toEqual(['cancelled'])
  await push()
  await work()
  expect((await commands()).map(({ fence }) => fence)).toEqual([2])
})

test('two looks in one moment send one command', async () => {
  await push()
  const twice = () => Promise.all([work(), work()])
  await twice()
  await twice()
  expect(await commands()).toHaveLength(1)
})

test('a terminal follows an execution to its end and is told where it answers', async () => {
  const outcome = await push()
  const lines: string[] = []
  const following = (async () => {
    const of = { organisationId, executionId: outcome.executionId, appsUrl }
    for await (const line of followExecution(db, of, clock, AbortSignal.timeout(20_000))) lines.push(line)
  })()
  await work()
  const [told] = await commands()
  await answer(told?.id ?? '', good)
  await work()
  await following
  expect(lines).toContain('-----> Deploy')
  expect(lines).toContain(`${app.name} #1 is live.`)
  expect(lines.at(-1)).toMatch(/^web: http:\/\/web-/)
})

test('monitors watch a push; a way back, and a bad revision that a person lets in, they do not', async () => {
  const watchSeconds = async () => {
    const [told] = await commands()
    const of = z.object({ spec: z.object({ watchSeconds: z.number() }) }).parse(told?.command)
    return { id: told?.id ?? '', seconds: of.spec.watchSeconds }
  }
  await push()
  await work()
  const first = await watchSeconds()
  expect(first.seconds).toBeGreaterThan(0)
  await answer(first.id, good)
  await work()
  const bad = 'bad'.padEnd(40, '0')
  await push(bad)
  await work()
  const second = await watchSeconds()
  expect(second.seconds).toBeGreaterThan(0)
  await answer(second.id, {
    ok: false,
    error: { code: 'app-faults-rose', what: '50 of 200 requests failed.' },
  })
  await work()
  expect(await execution(2)).toMatchObject({ status: 'failed', revision: { isBad: true } })
  await push(bad)
  await deployExecution(db, organisationId, { app: app.name, number: 3, by: userId }, clock)
  await work()
  const third = await watchSeconds()
  expect(third.seconds).toBe(0)
  await answer(third.id, good)
  await work()
  await rollBack(
    db,
    organisationId,
    { app: app.name, environment: 'production', release: 1, by: userId, reason: null },
    clock,
  )
  await work()
  expect((await watchSeconds()).seconds).toBe(0)
})

test('what a host tells of a canary is shown with the two releases that it compares', async () => {
  const shown = () => getCanaries(db, organisationId, { app: app.name, number: 2 })
  await push()
  await work()
  await answer((await commands())[0]?.id ?? '', good)
  await push()
  await work()
  const [told] = await commands()
  if (told?.command.kind !== 'deploy') throw new Error('it was not told to deploy')
  expect(await shown()).toEqual([])
  const { deploymentId, environmentId, services } = told.command.spec
  const answered = { requests: 20, errors: 1, latency: new Array(14).fill(0) }
  const unknown = { old: null, new: null }
  const minute: MinuteOfCanary = {
    deploymentId,
    serviceId: services[0]?.id ?? newId('service'),
    minute: clock.now().toISOString(),
    percent: 10,
    old: answered,
    new: answered,
    judgement: {
      is: 'inconclusive',
      worse: [],
      lacks: ['new-requests'],
      requests: { old: 20, new: 20 },
      errors: { evidence: 1, min: 200, old: 1, new: 1 },
      latency: { evidence: 1, min: 200, middle: unknown, slowestTwentieth: unknown },
    },
  }
  await db.inOrganisation(organisationId, (tx) =>
    storeCanaryMinute(tx, { organisationId, hostId, environmentId, minute }, clock),
  )
  const one = {
    environment: 'production',
    service: 'web',
    releases: { old: 1, new: 2 },
    minutes: [{ percent: 10, new: { requests: 20, errors: 1 } }],
    judgement: minute.judgement,
  }
  expect(await shown()).toMatchObject([{ ...one, isOver: false }])
  await answer(told.id, good)
  await work()
  expect(await shown()).toMatchObject([{ ...one, isOver: true }])
  const none = getCanaries(db, organisationId, { app: app.name, number: 3 })
  await expect(none).rejects.toMatchObject({ fields: { code: 'not-found' } })
})

describe('the bad mark of a commit', () => {
  const sha = 'bad1'.padEnd(40, '0')
  const lift = (reason = 'The database was away') =>
    liftBad(db, organisationId, { app: app.name, sha, reason, by: userId }, clock)
  const isBad = async (number: number) => (await execution(number)).revision.isBad
  /** Pushes it, and its host answers. */
  async function pushAnswered(outcome: CommandOutcome): Promise<void> {
    await push(sha)
    await work()
    const [told] = await commands()
    await answer(told?.id ?? '', outcome)
    await work()
  }
  const exited: CommandOutcome = { ok: false, error: { code: 'app-exited', what: 'web ended with code 1.' } }

  test('lets nothing through without a person until it is lifted, and is set anew by the next failure', async () => {
    await pushAnswered(exited)
    expect(await isBad(1)).toBe(true)
    await push(sha)
    await work()
    expect(await statuses()).toEqual(['holding', 'failed'])
    await lift()
    expect(await isBad(1)).toBe(false)
    await pushAnswered(exited)
    expect([await statuses(), await isBad(3)]).toEqual([['failed', 'superseded', 'failed'], true])
    await lift()
    await pushAnswered(good)
    expect([(await statuses())[0], await isBad(4)]).toEqual(['succeeded', false])
  })

  test('is on every push of the commit, and on none once a person let it in and it was well', async () => {
    await pushAnswered(good)
    await push('good'.padEnd(40, '0'))
    await work()
    await answer((await commands())[0]?.id ?? '', good)
    await pushAnswered(exited)
    expect([await isBad(1), await isBad(2), await isBad(3)]).toEqual([true, false, true])
    const back = { app: app.name, environment: 'production', release: 1, by: userId, reason: null }
    await expect(rollBack(db, organisationId, back, clock)).rejects.toMatchObject({
      fields: { code: 'roll-back-not-possible', why: 'Its revision was marked bad.' },
    })
    await push(sha)
    await work()
    expect([(await statuses())[0], await isBad(4)]).toEqual(['holding', true])
    await deployExecution(db, organisationId, { app: app.name, number: 4, by: userId }, clock)
    await work()
    await answer((await commands())[0]?.id ?? '', good)
    await work()
    expect([await isBad(1), await isBad(3), await isBad(4)]).toEqual([false, false, false])
  })

  test('is lifted once, and the audit log keeps by whom and why', async () => {
    await pushAnswered(exited)
    await lift()
    await lift()
    const { entries } = await listAudit(db, organisationId)
    const detail = { app: app.name, sha, reason: 'The database was away' }
    expect(entries.filter((entry) => Object(entry.detail).app === app.name)).toMatchObject([
      { action: 'commits.lift-bad', actor: userId, detail },
    ])
  })

  test('stays without a reason, and on a commit that is still taken back', async () => {
    await expect(lift()).rejects.toMatchObject({ fields: { code: 'not-found' } })
    await pushAnswered(exited)
    await expect(lift(' ')).rejects.toMatchObject({ fields: { code: 'reason-missing' } })
    await db.inOrganisation(organisationId, (tx) =>
      tx.execution.updateMany({ where: { appId: app.id }, data: { status: 'going-back' } }),
    )
    await expect(lift()).rejects.toMatchObject({ fields: { code: 'revision-going-back' } })
    expect(await isBad(1)).toBe(true)
  })
})
