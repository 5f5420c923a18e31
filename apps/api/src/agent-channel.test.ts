import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { type HostId, makeLog, newId, realClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { admitHost, endCommand, getHost, readLogs, refuseHost, sendCommand } from '@slipway/hosts'
import { addHost, type PlacedHost, waitingJobs } from '@slipway/hosts/testing'
import {
  type AgentMessage,
  type ApiMessage,
  apiMessage,
  proofText,
  protocolVersion,
  serviceStream,
} from '@slipway/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { agentPath, attachAgentChannel } from './agent-channel.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
let server: Server
let channel: Awaited<ReturnType<typeof attachAgentChannel>>
let url: string
let placed: PlacedHost
const open: WebSocket[] = []

beforeAll(async () => {
  t = await testDatabase()
  server = createServer()
  channel = await attachAgentChannel(server, { db: t.db, clock: realClock, log: makeLog('test', 'silent') })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}${agentPath}`
})
beforeEach(async () => {
  placed = await addHost(t.db, realClock)
})
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate()
})
afterAll(async () => {
  await channel.close()
  server.close()
  await t.close()
})

const here = <T>(run: Parameters<typeof t.db.inOrganisation<T>>[1]) =>
  t.db.inOrganisation(placed.organisationId, run)

/** An agent's end of the wire, without an agent. */
async function connect(headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, { headers })
  open.push(socket)
  const got: ApiMessage[] = []
  let wake = () => {}
  socket.on('message', (data) => {
    got.push(apiMessage.parse(JSON.parse(String(data))))
    wake()
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return {
    socket,
    closed,
    say: (message: AgentMessage) => socket.send(JSON.stringify(message)),
    /** The next message of this type; what came before it is passed over. */
    async next<T extends ApiMessage['type']>(type: T): Promise<Extract<ApiMessage, { type: T }>> {
      for (let waited = 0; ; waited++) {
        while (got.length > 0) {
          const message = got.shift()
          if (message && isType(message, type)) return message
        }
        if (waited > 100) throw new Error(`no ${type} came`)
        await new Promise<void>((resolve) => {
          wake = resolve
          setTimeout(resolve, 100)
        })
      }
    },
  }
}
function isType<T extends ApiMessage['type']>(
  message: ApiMessage,
  type: T,
): message is Extract<ApiMessage, { type: T }> {
  return message.type === type
}

function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return {
    privateKey,
    publicKey: der.toString('base64'),
    fingerprint: createHash('sha256').update(der).digest('hex'),
  }
}
type Key = ReturnType<typeof newKey>

const hello = (
  hostId: HostId,
  key: Key,
  more: Partial<Extract<AgentMessage, { type: 'hello' }>> = {},
): AgentMessage => ({
  type: 'hello',
  protocol: protocolVersion,
  agent: '0.1.0',
  kind: 'host',
  hostId,
  boot: crypto.randomUUID(),
  publicKey: key.publicKey,
  architecture: 'x64',
  ...more,
})
const proof = (hostId: HostId, key: Key, nonce: string, fingerprint = key.fingerprint): AgentMessage => ({
  type: 'proof',
  signature: sign(null, Buffer.from(proofText(hostId, nonce)), key.privateKey).toString('base64'),
  identity: {
    accessKeyId: 'ASIA1234567890123456',
    date: '20261125T100000Z',
    token: 't',
    signature: 'a'.repeat(64),
    region: 'eu-west-1',
    key: fingerprint,
  },
})

/** Up to where the worker judges; the test is the worker. */
async function ask(key: Key) {
  const agent = await connect()
  agent.say(hello(placed.hostId, key))
  const { nonce } = await agent.next('challenge')
  agent.say(proof(placed.hostId, key, nonce))
  await agent.next('checking')
  const jobs = await waitingJobs(t.db, 'cloud.prove-host')
  const { enrolmentId } = z.object({ enrolmentId: z.string() }).parse(jobs.at(-1)?.payload)
  return { agent, enrolmentId, nonce }
}
async function admitted(key = newKey()) {
  const { agent, enrolmentId } = await ask(key)
  await here((tx) => admitHost(tx, { enrolmentId, instanceId: 'i-0123456789abcdef0' }, realClock))
  await agent.next('welcome')
  return agent
}
const refused = async (agent: Awaited<ReturnType<typeof connect>>) => (await agent.next('refused')).error.code

describe('an agent', () => {
  it('is welcome once the worker has judged its proof, and with its key alone from then on', async () => {
    const key = newKey()
    const first = await admitted(key)
    first.socket.close()
    await first.closed
    const again = await connect()
    again.say(hello(placed.hostId, key))
    const challenge = await again.next('challenge')
    expect(challenge.identity).toBe(false)
    again.say(proof(placed.hostId, key, challenge.nonce))
    await again.next('welcome')
    expect((await here((tx) => getHost(tx, placed.hostId)))?.state).toBe('online')
  })

  it('whose proof does not hold is told so and let go', async () => {
    const { agent, enrolmentId } = await ask(newKey())
    await here((tx) =>
      refuseHost(tx, { enrolmentId, error: { code: 'host-not-ours', what: 'No.' } }, realClock),
    )
    expect(await refused(agent)).toBe('host-not-ours')
    expect(await agent.closed).toBe(1008)
  })

  it('that nobody expects is refused', async () => {
    const agent = await connect()
    agent.say(hello(newId('host'), newKey()))
    expect(await refused(agent)).toBe('host-unknown')
  })

  it('that calls itself a runner in a host’s place is refused', async () => {
    const agent = await connect()
    agent.say(hello(placed.hostId, newKey(), { kind: 'runner' }))
    expect(await refused(agent)).toBe('host-unknown')
  })

  it('of a protocol that we do not speak is told to be renewed', async () => {
    const agent = await connect()
    agent.say(hello(placed.hostId, newKey(), { protocol: 99 }))
    expect(await refused(agent)).toBe('agent-protocol')
  })

  it('with another’s key, a replayed signature or an identity over another key is refused', async () => {
    const key = newKey()
    const { nonce: old } = await ask(key)
    const forger = await connect()
    forger.say(hello(placed.hostId, key))
    const { nonce } = await forger.next('challenge')
    forger.say(proof(placed.hostId, newKey(), nonce))
    expect(await refused(forger)).toBe('agent-not-proven')
    const replayer = await connect()
    replayer.say(hello(placed.hostId, key))
    await replayer.next('challenge')
    replayer.say(proof(placed.hostId, key, old))
    expect(await refused(replayer)).toBe('agent-not-proven')
    const borrower = await connect()
    borrower.say(hello(placed.hostId, key))
    const third = await borrower.next('challenge')
    borrower.say(proof(placed.hostId, key, third.nonce, 'f'.repeat(64)))
    expect(await refused(borrower)).toBe('agent-not-proven')
  })

  it.each<[string, unknown]>([
    ['speaks before it said hello', { type: 'health', services: [] }],
    ['says what is no message', { type: 'shell' }],
  ])('that %s is dropped', async (_, message) => {
    const agent = await connect()
    agent.socket.send(JSON.stringify(message))
    expect(await agent.closed).toBe(1008)
  })

  it('from a web page is not let in', async () => {
    await expect(connect({ origin: 'https://evil.example' })).rejects.toThrow('403')
  })

  it('cannot send more than a frame may hold', async () => {
    const agent = await admitted()
    agent.socket.send(JSON.stringify({ type: 'health', services: [], more: 'x'.repeat(1_100_000) }))
    expect(await agent.closed).toBe(1009)
  })
})

describe('an open channel', () => {
  const restart = () => ({
    organisationId: placed.organisationId,
    hostId: placed.hostId,
    fence: 1n,
    deadline: new Date(Date.now() + 60_000),
    command: { kind: 'restart' as const },
    // biome-ignore lint/suspicious/noThenProperty: it is what runs then; nobody awaits this value
    then: { name: 'test.after', payload: {} },
  })

  it('brings a command as soon as it is written, and what follows it once its result is stored', async () => {
    const agent = await admitted()
    const id = await here((tx) => sendCommand(tx, restart(), realClock))
    const command = await agent.next('command')
    expect(command).toMatchObject({ id, fence: 1, command: { kind: 'restart' } })
    agent.say({ type: 'accepted', id })
    agent.say({ type: 'result', id, outcome: { ok: true, output: { phases: [] } } })
    expect((await agent.next('result-stored')).id).toBe(id)
    expect((await waitingJobs(t.db, 'test.after')).at(-1)?.payload).toMatchObject({
      commandId: id,
      outcome: { ok: true },
    })
  })

  it('brings again what was not answered when the agent comes back', async () => {
    const key = newKey()
    const first = await admitted(key)
    const id = await here((tx) => sendCommand(tx, restart(), realClock))
    await first.next('command')
    first.socket.terminate()
    const again = await connect()
    again.say(hello(placed.hostId, key))
    again.say(proof(placed.hostId, key, (await again.next('challenge')).nonce))
    expect((await again.next('command')).id).toBe(id)
    await here((tx) =>
      endCommand(tx, { hostId: placed.hostId, id, outcome: { ok: true, output: {} } }, realClock),
    )
  })

  it('stores log lines before it acknowledges them, and drops those of others', async () => {
    const agent = await admitted()
    const { organisationId, environmentId } = placed
    const own = serviceStream(environmentId, 'web')
    const foreign = serviceStream(newId('environment'), 'web')
    const source = crypto.randomUUID()
    const lines = [{ at: new Date().toISOString(), text: 'hello' }]
    agent.say({ type: 'logs', stream: foreign, source, sequence: 0, lines })
    agent.say({ type: 'logs', stream: own, source, sequence: 1, lines })
    await agent.next('logs-stored')
    expect(await agent.next('logs-stored')).toMatchObject({ stream: own, sequence: 1 })
    expect((await here((tx) => readLogs(tx, { organisationId, stream: own }))).lines).toMatchObject([
      { text: 'hello' },
    ])
    expect((await here((tx) => readLogs(tx, { organisationId, stream: foreign }))).lines).toEqual([])
  })

  it('acknowledges a heartbeat when it is on its way to billing', async () => {
    const agent = await admitted()
    const boot = crypto.randomUUID()
    agent.say({ type: 'alive', boot, sequence: 9, services: [{ serviceId: placed.serviceId, seconds: 60 }] })
    expect(await agent.next('alive-stored')).toMatchObject({ boot, sequence: 9 })
    expect((await waitingJobs(t.db, 'billing.record-usage')).at(-1)?.payload).toMatchObject({
      boot,
      sequence: 9,
      seconds: 60,
      serviceIds: [placed.serviceId],
    })
  })

  it('cannot end another host’s command', async () => {
    const agent = await admitted()
    const id = await here((tx) => sendCommand(tx, { ...restart(), hostId: placed.runnerId }, realClock))
    agent.say({ type: 'result', id, outcome: { ok: true, output: {} } })
    await agent.next('result-stored')
    expect((await here((tx) => tx.hostCommand.findUniqueOrThrow({ where: { id } }))).endedAt).toBeNull()
  })

  it('that breaks leaves the host offline, which is seen', async () => {
    const agent = await admitted()
    agent.socket.terminate()
    await expect.poll(async () => (await here((tx) => getHost(tx, placed.hostId)))?.state).toBe('offline')
  })
})
