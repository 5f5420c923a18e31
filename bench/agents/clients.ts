import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { z } from 'zod'
import { Channel } from '../../apps/agent/src/channel/channel.ts'
import { asId, makeLog } from '../../packages/core/src/index.ts'
import {
  type AgentMessage,
  proofText,
  protocolVersion,
  serviceStream,
} from '../../packages/protocol/src/index.ts'
import { latencyBoundsMilliseconds } from '../../packages/protocol/src/latency-bounds.ts'

/** What this process tells whoever forked it, ten times a second. */
export type Told = { open: number; acknowledged: number }

const host = z.object({ hostId: z.string(), environmentId: z.string(), serviceId: z.string() })
export type Host = z.infer<typeof host>

const order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('connect'), endpoint: z.string(), hosts: z.array(host) }),
  z.object({ do: z.literal('talk') }),
  z.object({ do: z.literal('be silent') }),
])
export type Order = z.infer<typeof order>

const log = makeLog('bench', 'silent')
let open = 0
let acknowledged = 0
let isTalking = false

/** The channel of an agent with all that it does to stay open, and nothing behind it that builds or deploys. */
class Client {
  readonly #channel: Channel
  readonly #place: Host
  readonly #boot = crypto.randomUUID()
  #said = 0

  constructor(endpoint: string, place: Host) {
    const key = generateKeyPairSync('ed25519')
    const der = key.publicKey.export({ type: 'spki', format: 'der' })
    const hostId = asId('host', place.hostId)
    this.#place = place
    this.#channel = new Channel({
      endpoint,
      hello: {
        type: 'hello',
        protocol: protocolVersion,
        agent: '0.1.0',
        kind: 'host',
        hostId,
        boot: this.#boot,
        publicKey: der.toString('base64'),
        architecture: 'x64',
      },
      prove: async ({ nonce }) => ({
        type: 'proof',
        signature: sign(null, Buffer.from(proofText(hostId, nonce)), key.privateKey).toString('base64'),
        identity: {
          accessKeyId: 'ASIA1234567890123456',
          date: '20261125T100000Z',
          token: 't',
          signature: 'a'.repeat(64),
          region: 'eu-west-1',
          key: createHash('sha256').update(der).digest('hex'),
        },
      }),
      onWelcome: () => {
        open++
      },
      onUnknownCommand: () => {},
      onClosed: () => {
        open--
      },
      onMessage: ({ type }) => {
        if (!type.endsWith('-stored')) return
        acknowledged++
        this.talk()
      },
      log,
    })
    this.#channel.start()
  }

  /** Says the next thing, when it may; the acknowledgement of it brings the one after. */
  talk(): void {
    if (isTalking) this.#channel.say(this.#next())
  }

  #next(): AgentMessage {
    const serviceId = asId('service', this.#place.serviceId)
    const now = Date.now()
    const sequence = this.#said++
    switch (sequence % 3) {
      case 0:
        return { type: 'alive', boot: this.#boot, sequence, services: [{ serviceId, seconds: 60 }] }
      case 1:
        return {
          type: 'logs',
          stream: serviceStream(asId('environment', this.#place.environmentId), 'web'),
          source: this.#boot,
          sequence,
          lines: [{ at: new Date(now).toISOString(), text: 'GET / 200 in 3 ms' }],
        }
      default:
        return {
          type: 'metrics',
          minute: {
            minute: new Date((Math.floor(now / 60_000) - (sequence % 1000)) * 60_000).toISOString(),
            cpuPercent: 3,
            memoryBytes: 2e8,
            memoryTotalBytes: 2e9,
            diskBytes: 3e9,
            diskTotalBytes: 8e9,
            services: [
              {
                serviceId,
                requests: 60,
                errors: 0,
                latency: [...latencyBoundsMilliseconds, 0].map(() => 4),
                cpuMilliseconds: 900,
                memoryBytes: 1e8,
              },
            ],
          },
        }
    }
  }
}

const clients: Client[] = []
process.on('message', (message) => {
  const what = order.parse(message)
  switch (what.do) {
    case 'connect':
      for (const place of what.hosts) clients.push(new Client(what.endpoint, place))
      return
    case 'talk':
      isTalking = true
      for (const client of clients) client.talk()
      return
    case 'be silent':
      isTalking = false
  }
})
setInterval(() => process.send?.({ open, acknowledged } satisfies Told), 100)
// Whoever forked this process is gone.
process.on('disconnect', () => process.exit(0))
