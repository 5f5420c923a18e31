import { asId, makeLog, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import {
  checkStream,
  deploymentStream,
  protocolOldest,
  protocolVersion,
  type StepSpecInput,
  serviceStream,
} from '@slipway/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  commandAccepted,
  endCommand,
  expireCommandHandler,
  pendingCommands,
  sendCommand,
} from './commands.ts'
import { admitHost, askToEnrol, getEnrolment, refuseHost } from './enrol.ts'
import { environmentHosts } from './environment-hosts.ts'
import { mayWrite } from './may-write.ts'
import { findConnectingHost, hostConnected, hostLost, storeHealth } from './presence.ts'
import { expectHost, findHost, getHost, markHost } from './register.ts'
import { addHost, type PlacedHost, waitingJobs } from './testing.ts'
import { recordAlive } from './usage.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
let placed: PlacedHost
const silent = makeLog('test', 'silent')
const clock = stoppedClock(new Date('2026-11-25T10:00:00Z'))

beforeAll(async () => {
  t = await testDatabase()
})
afterAll(() => t.close())
beforeEach(async () => {
  placed = await addHost(t.db, clock)
})
const here = <T>(run: Parameters<typeof t.db.inOrganisation<T>>[1]) =>
  t.db.inOrganisation(placed.organisationId, run)
const inMinutes = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000)
const restart = (then = 'test.after') => ({
  organisationId: placed.organisationId,
  hostId: placed.hostId,
  fence: 7n,
  deadline: inMinutes(10),
  command: { kind: 'restart' as const },
  // biome-ignore lint/suspicious/noThenProperty: it is what runs then; nobody awaits this value
  then: { name: then, payload: { executionId: 'exe_1' } },
})

const stepOf = (executionId = newId('execution')) => ({
  executionId,
  stepId: `${executionId}/staging/after/0/1`,
  stream: checkStream(executionId, 'staging/after/0'),
  repository: { url: 'http://127.0.0.1/x.git', token: 'one-use-token', sha: 'a'.repeat(40) },
  command: 'npm run e2e',
  runtimes: [],
  timeoutSeconds: 60,
})
const sendFunctionBuild = (then: string) => {
  const spec = {
    executionId: newId('execution'),
    releaseId: newId('release'),
    repository: { url: 'http://127.0.0.1/git/x.git', sha: 'a'.repeat(40) },
    commands: [],
    runtimes: [],
    archive: 'zip' as const,
    output: { bucket: 'bucket', key: 'a.zip' },
  }
  const command = { kind: 'build' as const, spec }
  return here((tx) => sendCommand(tx, { ...restart(then), hostId: placed.runnerId, command }, clock))
}
const sendStep = (then: string, more: Partial<StepSpecInput> = {}) => {
  const command = { kind: 'step' as const, spec: { ...stepOf(), ...more } }
  return here((tx) => sendCommand(tx, { ...restart(then), hostId: placed.runnerId, command }, clock))
}

describe('a command', () => {
  it('runs what follows it once, however often the host answers', async () => {
    const name = `test.${newId('job')}`
    const id = await here((tx) => sendCommand(tx, restart(name), clock))
    const outcome = { ok: true as const, output: { heldMilliseconds: 3 } }
    await here((tx) => commandAccepted(tx, { hostId: placed.hostId, id }, clock))
    await here((tx) => endCommand(tx, { hostId: placed.hostId, id, outcome }, clock))
    await here((tx) =>
      endCommand(
        tx,
        { hostId: placed.hostId, id, outcome: { ok: false, error: { code: 'late', what: 'late' } } },
        clock,
      ),
    )
    expect(await waitingJobs(t.db, name)).toEqual([
      { payload: { executionId: 'exe_1', commandId: id, outcome } },
    ])
  })

  it('of another host cannot be ended', async () => {
    const name = `test.${newId('job')}`
    const id = await here((tx) => sendCommand(tx, restart(name), clock))
    await here((tx) =>
      endCommand(tx, { hostId: placed.runnerId, id, outcome: { ok: true, output: {} } }, clock),
    )
    expect(await waitingJobs(t.db, name)).toEqual([])
  })

  it('is sent until it ended or its deadline passed', async () => {
    const local = stoppedClock(clock.now())
    const id = await here((tx) => sendCommand(tx, restart(), local))
    expect(await here((tx) => pendingCommands(tx, placed.hostId, local))).toMatchObject([
      { id, fence: 7, deadlineSeconds: 600, command: { kind: 'restart', services: [] } },
    ])
    local.advance(600_000)
    expect(await here((tx) => pendingCommands(tx, placed.hostId, local))).toEqual([])
  })

  it('that no host answered ends as failed and says whether it was ever sent', async () => {
    const name = `test.${newId('job')}`
    const id = await here((tx) => sendCommand(tx, restart(name), clock))
    await expireCommandHandler.run(
      { hostId: placed.hostId, commandId: id },
      {
        db: t.db,
        log: silent,
        clock,
        attempt: 1,
        organisationId: placed.organisationId,
        signal: AbortSignal.timeout(5000),
      },
    )
    expect(await waitingJobs(t.db, name)).toMatchObject([
      {
        payload: {
          outcome: {
            ok: false,
            error: { code: 'host-did-not-answer', why: expect.stringContaining('no connection') },
          },
        },
      },
    ])
  })

  it('keeps the token of a build no longer than it is of use', async () => {
    const spec = {
      executionId: newId('execution'),
      releaseId: newId('release'),
      repository: { url: 'http://127.0.0.1/x.git', token: 'one-use-token', sha: 'a'.repeat(40) },
      commands: [],
      runtimes: [],
      output: { bucket: 'bucket', key: 'key' },
    }
    const id = await here((tx) =>
      sendCommand(tx, { ...restart(), hostId: placed.runnerId, command: { kind: 'build', spec } }, clock),
    )
    await here((tx) =>
      endCommand(tx, { hostId: placed.runnerId, id, outcome: { ok: true, output: {} } }, clock),
    )
    const row = await here((tx) => tx.hostCommand.findUniqueOrThrow({ where: { id } }))
    expect(JSON.stringify(row.command)).not.toContain('one-use-token')
  })

  it('keeps the token of a step no longer than it is of use', async () => {
    const id = await sendStep('test.after')
    await here((tx) =>
      endCommand(tx, { hostId: placed.runnerId, id, outcome: { ok: true, output: {} } }, clock),
    )
    const row = await here((tx) => tx.hostCommand.findUniqueOrThrow({ where: { id } }))
    expect(JSON.stringify(row.command)).not.toContain('one-use-token')
  })

  it('that the agent is too old for is not sent, and ends at once with what to do', async () => {
    const name = `test.${newId('job')}`
    const hello = { agent: '0.1.0', boot: crypto.randomUUID(), architecture: 'x64' as const }
    const connect = (protocol: number) =>
      here((tx) => hostConnected(tx, placed.runnerId, { ...hello, protocol }, clock))
    const pending = () => here((tx) => pendingCommands(tx, placed.runnerId, clock))
    await connect(protocolOldest)
    await sendFunctionBuild(name)
    expect(await pending()).toEqual([])
    expect(await waitingJobs(t.db, name)).toMatchObject([
      { payload: { outcome: { ok: false, error: { code: 'command-unknown' } } } },
    ])
    await connect(protocolVersion)
    const id = await sendFunctionBuild(name)
    expect(await pending()).toMatchObject([{ id, command: { kind: 'build' } }])
  })

  it('makes a runner busy, and its end makes it idle', async () => {
    const id = await here((tx) => sendCommand(tx, { ...restart(), hostId: placed.runnerId }, clock))
    expect((await here((tx) => getHost(tx, placed.runnerId)))?.idleSince).toBeUndefined()
    await here((tx) =>
      endCommand(tx, { hostId: placed.runnerId, id, outcome: { ok: true, output: {} } }, clock),
    )
    expect((await here((tx) => getHost(tx, placed.runnerId)))?.idleSince).toEqual(clock.now())
  })
})

describe('a host', () => {
  const hello = { agent: '0.1.0', protocol: 1, boot: crypto.randomUUID(), architecture: 'x64' as const }
  const proof = {
    accessKeyId: 'ASIA1234567890123456',
    date: '20261125T100000Z',
    token: 't',
    signature: 'a'.repeat(64),
    region: 'eu-west-1',
    key: 'b'.repeat(64),
  }

  it('of a place is the same however often it is expected, until it is gone', async () => {
    const { cloudAccountId, region } = await here((tx) =>
      tx.host.findUniqueOrThrow({ where: { id: placed.hostId } }),
    )
    const { organisationId, environmentId } = placed
    const at = {
      organisationId,
      environmentId,
      region,
      kind: 'host' as const,
      cloudAccountId: asId('cloudAccount', cloudAccountId),
    }
    expect(await here((tx) => expectHost(tx, at, { address: '10.0.0.1' }, clock))).toBe(placed.hostId)
    await here((tx) => markHost(tx, placed.hostId, 'gone'))
    expect(await here((tx) => findHost(tx, at))).toBeUndefined()
    expect(await here((tx) => expectHost(tx, at, {}, clock))).not.toBe(placed.hostId)
    expect(await findConnectingHost(t.db, placed.hostId)).toBeUndefined()
  })

  it('is known by a key only after its proof was judged', async () => {
    const ask = {
      organisationId: placed.organisationId,
      hostId: placed.hostId,
      publicKey: 'key-1',
      nonce: newId('job'),
      proof,
    }
    const refused = await here((tx) => askToEnrol(tx, ask, clock))
    await here((tx) =>
      refuseHost(tx, { enrolmentId: refused, error: { code: 'not-ours', what: 'It is not ours.' } }, clock),
    )
    await here((tx) => admitHost(tx, { enrolmentId: refused, instanceId: 'i-00000000' }, clock))
    expect((await findConnectingHost(t.db, placed.hostId))?.publicKey).toBeUndefined()
    const admitted = await here((tx) => askToEnrol(tx, { ...ask, nonce: newId('job') }, clock))
    await here((tx) => admitHost(tx, { enrolmentId: admitted, instanceId: 'i-0123456789abcdef0' }, clock))
    expect((await findConnectingHost(t.db, placed.hostId))?.publicKey).toBe('key-1')
    expect((await here((tx) => getEnrolment(tx, refused)))?.judgement).toMatchObject({
      state: 'refused',
      error: { code: 'not-ours' },
    })
  })

  it('cannot use a nonce twice', async () => {
    const ask = {
      organisationId: placed.organisationId,
      hostId: placed.hostId,
      publicKey: 'key-1',
      nonce: newId('job'),
      proof,
    }
    await here((tx) => askToEnrol(tx, ask, clock))
    await expect(here((tx) => askToEnrol(tx, ask, clock))).rejects.toThrow()
  })

  it('stays online when an older connection of it ends', async () => {
    const local = stoppedClock(clock.now())
    const first = await here((tx) => hostConnected(tx, placed.hostId, hello, local))
    local.advance(10)
    const second = await here((tx) => hostConnected(tx, placed.hostId, hello, local))
    await here((tx) => hostLost(tx, placed.hostId, first, local))
    expect((await here((tx) => getHost(tx, placed.hostId)))?.state).toBe('online')
    await here((tx) => hostLost(tx, placed.hostId, second, local))
    expect((await here((tx) => getHost(tx, placed.hostId)))?.state).toBe('offline')
  })

  it('is shown with the health of its services', async () => {
    const health = {
      serviceId: placed.serviceId,
      name: 'web',
      state: 'healthy' as const,
      since: clock.now().toISOString(),
      restarts: 0,
      releaseId: newId('release'),
      deploymentId: newId('deployment'),
    }
    await here((tx) => storeHealth(tx, placed.hostId, [health], clock))
    const { organisationId, environmentId } = placed
    expect(await here((tx) => environmentHosts(tx, { organisationId, environmentId }))).toMatchObject([
      { id: placed.hostId, instanceId: 'i-0123456789abcdef0', services: [health] },
    ])
  })

  it('may write about itself and what it was given, nothing else', async () => {
    const deploymentId = newId('deployment')
    const release = {
      id: newId('release'),
      number: 1,
      key: 'k',
      digest: 'a'.repeat(64),
      sizeBytes: 1,
      architecture: 'x64' as const,
    }
    const spec = {
      environmentId: placed.environmentId,
      deploymentId,
      fence: 1,
      release,
      services: [{ id: placed.serviceId, name: 'web' }],
      variables: {},
      secrets: [],
    }
    await here((tx) => sendCommand(tx, { ...restart(), command: { kind: 'deploy', spec } }, clock))
    const may = (stream: string) =>
      here((tx) => mayWrite(tx, { hostId: placed.hostId, environmentId: placed.environmentId, stream }))
    expect(await may(serviceStream(placed.environmentId, 'web'))).toBe(true)
    expect(await may(deploymentStream(deploymentId))).toBe(true)
    expect(await may(serviceStream(newId('environment'), 'web'))).toBe(false)
    expect(await may(deploymentStream(newId('deployment')))).toBe(false)
    const step = stepOf()
    await sendStep('test.after', step)
    const mayRunner = (stream: string) =>
      here((tx) => mayWrite(tx, { hostId: placed.runnerId, environmentId: undefined, stream }))
    expect(await mayRunner(step.stream)).toBe(true)
    expect(await mayRunner(checkStream(step.executionId, 'staging/after/1'))).toBe(false)
    expect(await may(step.stream)).toBe(false)
  })
})

it('evidence of running services goes to billing with our time, for the services of the host alone', async () => {
  const boot = crypto.randomUUID()
  const { organisationId, hostId, environmentId, serviceId } = placed
  const services = [
    { serviceId, seconds: 300 },
    { serviceId: newId('service'), seconds: 300 },
  ]
  await here((tx) =>
    recordAlive(
      tx,
      { organisationId, hostId, environmentId, alive: { type: 'alive', boot, sequence: 4, services } },
      clock,
    ),
  )
  const [job] = (await waitingJobs(t.db, 'billing.record-usage')).slice(-1)
  expect(job?.payload).toEqual({
    organisationId,
    hostId,
    boot,
    sequence: 4,
    receivedAt: clock.now().toISOString(),
    seconds: 300,
    serviceIds: [serviceId],
  })
})
