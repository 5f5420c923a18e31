import { asId, type HostId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, environmentsOf } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { endCommand, expectHost, hostConnected, pendingCommands } from '@slipway/hosts'
import { type CommandOutcome, type HostCommand, protocolVersion } from '@slipway/protocol'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { overrideCheck } from '../../act-on-check.ts'
import { cancelExecution } from '../../actions.ts'
import { getExecution } from '../../read/get-execution.ts'
import { pushTo, runDueJobs, tellMinute, testHandlers } from '../../testing.ts'

/** The real gate and rows; hosts and runners are there, and their agents are the test, which answers in rows. */
const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const handlers = testHandlers(db)
const work = () => runDueJobs(db, clock, handlers)

let app: App
beforeEach(async () => {
  clock.set(new Date(Math.ceil((clock.now().getTime() + 1) / 3600_000) * 3600_000))
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

/** Each test leaves nothing that is looked at in the next. */
afterEach(async () => {
  await cancelExecution(db, organisationId, { app: app.name, number: 1, by: userId }, clock)
  await work()
})

/** Pushes a stage that bakes for so long under this monitor. */
async function bakeUnder(monitor: string, minutes = 60): Promise<void> {
  const stage = `after: [{ bake: { minutes: ${minutes} } }], monitors: [{ ${monitor} }]`
  const manifest = `pipeline: [{ stage: production, ${stage} }]\nenv: { TIER: gold }\n`
  await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  await work()
}

async function connect(kind: 'host' | 'runner'): Promise<HostId> {
  return db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, app.id)
    const { cloudAccountId, region } = app
    const environmentId = kind === 'host' ? environment?.id : undefined
    const id = await expectHost(
      tx,
      { organisationId, cloudAccountId, region, kind, environmentId },
      {},
      clock,
    )
    const boot = crypto.randomUUID()
    const hello = { agent: '0.1.0', protocol: protocolVersion, boot, architecture: 'arm64' as const }
    await hostConnected(tx, id, hello, clock)
    return id
  })
}

const pending = (hostId: HostId) =>
  db.inOrganisation(organisationId, (tx) => pendingCommands(tx, hostId, clock))

/** What a host or runner was told, and not yet answered. */
async function told(hostId: HostId): Promise<HostCommand[]> {
  return (await pending(hostId)).map(({ command }) => command)
}

async function answer(hostId: HostId, outcome: CommandOutcome): Promise<void> {
  const [first] = await pending(hostId)
  if (first === undefined) throw new Error('there is nothing to answer')
  clock.advance(1000)
  await db.inOrganisation(organisationId, (tx) =>
    endCommand(tx, { hostId, id: asId('hostCommand', first.id), outcome }, clock),
  )
  await work()
}

async function pass(seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 15) {
    clock.advance(Math.min(15, left) * 1000)
    await work()
  }
}

const shown = () =>
  getExecution(db, organisationId, { app: app.name, number: 1 }, 'http://{name}.localhost:4700', userId)
async function monitor() {
  const part = (await shown()).parts.find(({ check }) => check?.kind === 'bake')
  return part?.check?.watched?.monitors[0]
}

async function setSecret(name: string): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, app.id)
    await tx.variable.create({
      data: {
        id: newId('variable'),
        organisationId,
        environmentId: environment?.id ?? '',
        name,
        secret: true,
        version: 3,
        updatedAt: clock.now(),
        updatedBy: userId,
      },
    })
  })
}

describe('a monitor at Datadog', () => {
  const say = (state: string): CommandOutcome => ({
    ok: true,
    output: { is: 'answered', status: 200, state, since: null },
  })
  let host: HostId
  async function watched(more = '') {
    await bakeUnder(`datadog: 12345${more}`)
    await setSecret('DD_API_KEY')
    await setSecret('DD_APP_KEY')
    host = await connect('host')
    await pass(15)
  }

  test('is asked from the host, by the names of its keys', async () => {
    await watched()
    const [environment] = await db.inOrganisation(organisationId, (tx) => environmentsOf(tx, app.id))
    const secret = (name: string) => ({ name, parameter: `/slipway/${environment?.id}/${name}`, version: 3 })
    expect(await told(host)).toEqual([
      {
        kind: 'datadog',
        spec: {
          site: 'datadoghq.com',
          monitor: '12345',
          apiKey: secret('DD_API_KEY'),
          appKey: secret('DD_APP_KEY'),
        },
      },
    ])
  })

  test('that is OK is fine at once when the host has answered, and is asked again after a minute', async () => {
    await watched()
    await answer(host, say('OK'))
    expect(await monitor()).toMatchObject({ words: 'Datadog monitor 12345', is: 'fine', says: 'OK' })
    await pass(30)
    expect(await told(host)).toEqual([])
    await pass(45)
    expect(await told(host)).toHaveLength(1)
  })

  test('is asked as often as the manifest says', async () => {
    await watched(', every: 5m')
    await answer(host, say('OK'))
    await pass(270)
    expect(await told(host)).toEqual([])
    await pass(45)
    expect(await told(host)).toHaveLength(1)
  })

  test('that alerts at two questions takes the release back; one answer that is read again and again is one', async () => {
    await watched()
    await answer(host, say('Alert'))
    await pass(45)
    expect((await shown()).status).toBe('waiting')
    await pass(30)
    await answer(host, say('Alert'))
    expect(await shown()).toMatchObject({ status: 'failed', error: { code: 'monitor-red' } })
  })

  test('whose keys were never set says which, and is asked once they are', async () => {
    await bakeUnder('datadog: { monitor: 12345, key: DD_KEY }')
    host = await connect('host')
    await pass(15)
    expect(await monitor()).toMatchObject({
      is: 'inconclusive',
      says: 'production has no secret DD_KEY; set it among its variables',
    })
    await setSecret('DD_KEY')
    await setSecret('DD_APP_KEY')
    await pass(15)
    expect(await told(host)).toHaveLength(1)
  })

  test('is not asked without a host, and says so', async () => {
    await bakeUnder('datadog: 12345')
    expect(await monitor()).toMatchObject({
      is: 'inconclusive',
      says: 'no host of production is connected, which would ask',
    })
  })

  test('of which nothing is heard does not stay fine', async () => {
    await watched()
    await answer(host, say('OK'))
    await pass(75)
    expect(await told(host)).toHaveLength(1)
    expect(await monitor()).toMatchObject({ is: 'fine' })
    await pass(180)
    expect(await monitor()).toMatchObject({ is: 'inconclusive' })
  })
})

describe('a command', () => {
  const ended = (code: number): CommandOutcome => ({ ok: true, output: { code, outputs: {}, seconds: 1 } })
  let runner: HostId
  async function watched(minutes?: number) {
    runner = await connect('runner')
    await bakeUnder('command: ./check.sh', minutes)
  }

  test('runs on the runner at the commit that is watched, with what a step finds', async () => {
    await watched()
    const { revision } = await shown()
    expect(await told(runner)).toMatchObject([
      {
        kind: 'step',
        spec: {
          command: './check.sh',
          endings: [0, 1],
          timeoutSeconds: 120,
          repository: { sha: revision.sha },
          stream: expect.stringMatching(/^check:exe_.*:production\.after\.0$/),
          variables: { TIER: 'gold', SLIPWAY_STAGE: 'production' },
        },
      },
    ])
  })

  test('that ends with 0 is fine, and lets the bake pass with the minutes', async () => {
    await watched(2)
    await answer(runner, ended(0))
    expect(await monitor()).toMatchObject({ words: './check.sh', is: 'fine', says: 'it ended with 0' })
    await pass(60)
    await answer(runner, ended(0))
    await pass(60)
    await tellMinute(db, clock, app, { requests: 0 })
    await pass(15)
    expect((await shown()).status).toBe('succeeded')
  })

  test('that ends with 1 twice takes the release back', async () => {
    await watched()
    await answer(runner, ended(1))
    expect(await monitor()).toMatchObject({ is: 'red', says: 'it ended with 1' })
    await pass(75)
    await answer(runner, ended(1))
    const { status, error, revision } = await shown()
    expect({ status, code: error?.code, isBad: revision.isBad }).toEqual({
      status: 'failed',
      code: 'monitor-red',
      isBad: true,
    })
  })

  test('that ends in another way says so, and takes nothing back', async () => {
    await watched()
    for (const code of ['step-failed', 'step-too-long']) {
      const error = { code, kind: 'failed' as const, what: `It was ${code}.` }
      await answer(runner, { ok: false, error })
      expect(await monitor()).toMatchObject({ is: 'inconclusive', says: `It was ${code}.` })
      await pass(75)
    }
    expect((await shown()).status).toBe('waiting')
  })

  /** Its look and another's, in one stage whose bake is asked. */
  async function watchedByTwo(): Promise<string[]> {
    runner = await connect('runner')
    await bakeUnder('command: ./check.sh }, { command: ./other.sh')
    const asked = await pending(runner)
    expect(asked.map(({ command }) => command.kind)).toEqual(['step', 'step'])
    return asked.map(({ id }) => id)
  }
  const stopped = async () =>
    (await told(runner)).flatMap((command) => (command.kind === 'stop' ? (command.commandId ?? []) : []))

  test('is stopped at once when its execution is cancelled, each that runs', async () => {
    const asked = await watchedByTwo()
    await cancelExecution(db, organisationId, { app: app.name, number: 1, by: userId }, clock)
    await work()
    expect((await stopped()).sort()).toEqual(asked.sort())
  })

  test('is stopped at once when somebody passes its gate over', async () => {
    const asked = await watchedByTwo()
    const place = { app: app.name, number: 1, path: 'production/after/0' }
    await overrideCheck(db, organisationId, { ...place, by: userId, reason: 'It is known.' }, clock)
    await work()
    expect((await shown()).status).toBe('succeeded')
    expect((await stopped()).sort()).toEqual(asked.sort())
  })

  test('is stopped at once when the gate is over by what another monitor says', async () => {
    const [first = ''] = await watchedByTwo()
    await answer(runner, ended(1))
    await pass(75)
    const again = await pending(runner)
    expect(again.map(({ id }) => id)).not.toContain(first)
    // The other has not answered since it was asked first; this one is red a second time.
    const [, mine] = again
    const outcome = ended(1)
    await db.inOrganisation(organisationId, (tx) =>
      endCommand(tx, { hostId: runner, id: asId('hostCommand', mine?.id ?? ''), outcome }, clock),
    )
    await work()
    expect((await shown()).error?.code).toBe('monitor-red')
    expect(await stopped()).toEqual([again[0]?.id])
  })

  test('is not sent to a runner any more once its execution has ended', async () => {
    await watched()
    await answer(runner, ended(1))
    await pass(75)
    await answer(runner, ended(1))
    await pass(180)
    expect(await told(runner)).toEqual([])
  })
})
