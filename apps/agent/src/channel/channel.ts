import type { Log } from '@slipway/core'
import { type AgentMessage, type ApiMessage, apiMessage, frameBytesMax, readFrame } from '@slipway/protocol'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { reconnectDelayMilliseconds } from './decide/reconnect-delay.ts'

type Hello = Extract<AgentMessage, { type: 'hello' }>
type Proof = Extract<AgentMessage, { type: 'proof' }>
type Challenge = Extract<ApiMessage, { type: 'challenge' }>

/** A side that said nothing for so long is gone, whatever TCP thinks. */
const silenceMilliseconds = 45_000
const pingMilliseconds = 15_000
/** The socket's own buffer; what does not fit stays with those who send. */
const bufferedBytesMax = 4 * 1_048_576

export type ChannelOptions = {
  endpoint: string
  hello: Hello
  prove(challenge: Challenge): Promise<Proof>
  onWelcome(): void
  onMessage(message: ApiMessage): void
  /** Of a later version than this agent's: it has to be answered, or Slipway waits until the deadline. */
  onUnknownCommand(id: string): void
  onClosed(): void
  log: Log
  random?: () => number
}

/** The one connection to Slipway: outbound, made again for ever, with patience that grows. */
export class Channel {
  readonly #options: ChannelOptions
  #socket: WebSocket | undefined
  #isWelcome = false
  #isStopped = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #heardAt = 0

  constructor(options: ChannelOptions) {
    this.#options = options
  }

  start(): void {
    this.#connect()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#socket?.close(1000)
  }

  get isOpen(): boolean {
    return this.#isWelcome
  }

  /** False when it was not sent: there is no channel, or it is full. Nothing is kept here. */
  say(message: AgentMessage): boolean {
    if (!this.#isWelcome || !this.#socket || this.#socket.bufferedAmount > bufferedBytesMax) return false
    this.#socket.send(JSON.stringify(message))
    return true
  }

  #connect(): void {
    const { endpoint, hello, log } = this.#options
    const socket = new WebSocket(endpoint, {
      maxPayload: frameBytesMax,
      handshakeTimeout: 10_000,
      perMessageDeflate: false,
    })
    this.#socket = socket
    this.#heardAt = performance.now()
    const watch = setInterval(() => {
      if (performance.now() - this.#heardAt > silenceMilliseconds) socket.terminate()
      else if (socket.readyState === WebSocket.OPEN) socket.ping()
    }, pingMilliseconds)
    socket.on('open', () => socket.send(JSON.stringify(hello)))
    socket.on('pong', () => this.#heard())
    socket.on('ping', () => this.#heard())
    socket.on('message', (data) => {
      this.#heard()
      this.#receive(socket, String(data))
    })
    socket.on('error', (error) => log.debug({ error: error.message }, 'channel'))
    socket.once('close', () => {
      clearInterval(watch)
      if (this.#isWelcome) this.#options.onClosed()
      this.#isWelcome = false
      if (this.#isStopped) return
      const delay = reconnectDelayMilliseconds(this.#failures++, (this.#options.random ?? Math.random)())
      this.#timer = setTimeout(() => this.#connect(), delay)
    })
  }

  #heard(): void {
    this.#heardAt = performance.now()
  }

  #receive(socket: WebSocket, text: string): void {
    const { log } = this.#options
    const read = readFrame(apiMessage, text)
    if (!read.ok) {
      log.warn({ why: read.why }, 'a message that this agent does not understand')
      const id = commandIn(text)
      if (id !== undefined && this.#isWelcome) this.#options.onUnknownCommand(id)
      return
    }
    const { message } = read
    switch (message.type) {
      case 'challenge':
        this.#options
          .prove(message)
          .then((proof) => socket.send(JSON.stringify(proof)))
          .catch((error: unknown) => {
            log.error({ error: String(error) }, 'this host could not prove who it is')
            socket.close()
          })
        return
      case 'welcome':
        this.#failures = 0
        this.#isWelcome = true
        log.info('the channel is open')
        this.#options.onWelcome()
        return
      case 'refused':
        log.error({ error: message.error }, 'the channel was refused')
        // Whatever is wrong is not mended within a second.
        this.#failures = Math.max(this.#failures, 5)
        return
      default:
        this.#options.onMessage(message)
    }
  }
}

const anyCommand = z.object({ type: z.literal('command'), id: z.string() })

/** The id of a command whose other words mean nothing here; undefined where the message is none. */
function commandIn(text: string): string | undefined {
  const read = readFrame(anyCommand, text)
  return read.ok ? read.message.id : undefined
}
