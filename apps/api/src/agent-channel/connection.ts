import { randomBytes } from 'node:crypto'
import type { UserErrorFields } from '@slipway/core'
import {
  askToEnrol,
  channelErrors,
  findConnectingHost,
  getEnrolment,
  hostConnected,
  hostLost,
  type KnownHost,
  pendingCommands,
} from '@slipway/hosts'
import {
  type AgentMessage,
  type ApiMessage,
  agentMessage,
  protocolVersion,
  readFrame,
  speaks,
} from '@slipway/protocol'
import type { WebSocket } from 'ws'
import { fingerprint, isProof } from './decide/is-proof.ts'
import { maySay, type Standing } from './decide/may-say.ts'
import { afterOneMore, fullRate } from './decide/rate.ts'
import type { ChannelDependencies } from './dependencies.ts'
import { receive } from './receive.ts'

/** From the connection to a proven identity; the worker's check of a new one is within it. */
const proveMilliseconds = 90_000
/** Messages that wait for the database; above it the socket is not read. */
const waitingMax = 64

type Hello = Extract<AgentMessage, { type: 'hello' }>
type Proof = Extract<AgentMessage, { type: 'proof' }>

/**
 * One agent's connection. Messages are handled one after the other, so that what is acknowledged is stored and
 * in order. Nothing that an agent says names the host: that is settled by the proof.
 */
export class Connection {
  readonly #socket: WebSocket
  readonly #deps: ChannelDependencies
  readonly #takeTurn: (run: () => Promise<void>) => Promise<void>
  #standing: Standing = 'new'
  #hello: Hello | undefined
  #host: KnownHost | undefined
  #nonce = ''
  #enrolmentId: string | undefined
  #connectedAt: Date | undefined
  #rate = fullRate(performance.now())
  #work: Promise<void> = Promise.resolve()
  #waiting = 0
  #mayWrite = new Map<string, boolean>()
  #sent = new Set<string>()
  readonly #tooLate: NodeJS.Timeout

  constructor(
    socket: WebSocket,
    deps: ChannelDependencies,
    takeTurn: (run: () => Promise<void>) => Promise<void>,
  ) {
    this.#socket = socket
    this.#deps = deps
    this.#takeTurn = takeTurn
    this.#tooLate = setTimeout(() => this.#refuse(channelErrors.notJudged()), proveMilliseconds)
    socket.on('message', (data, isBinary) => this.#heard(isBinary ? '' : String(data)))
    socket.once('close', () => this.#closed())
    socket.on('error', () => socket.terminate())
  }

  get hostId(): string | undefined {
    return this.#standing === 'open' ? this.#host?.id : undefined
  }

  get enrolmentId(): string | undefined {
    return this.#enrolmentId
  }

  /** Sends what the host has to do and was not sent over this connection. Safe to call at any time. */
  pushCommands(): void {
    this.#inTurn(async () => {
      const host = this.#host
      if (this.#standing !== 'open' || !host) return
      const commands = await this.#deps.db.inOrganisation(host.organisationId, (tx) =>
        pendingCommands(tx, host.id, this.#deps.clock),
      )
      for (const command of commands) {
        if (this.#sent.has(command.id)) continue
        this.#sent.add(command.id)
        this.#say({ type: 'command', ...command })
      }
    })
  }

  /** Looks how the proof of this connection was judged, when it was. */
  lookAtJudgement(): void {
    this.#inTurn(async () => {
      const { host, enrolmentId } = { host: this.#host, enrolmentId: this.#enrolmentId }
      if (this.#standing !== 'judged' || !host || !enrolmentId) return
      const enrolment = await this.#deps.db.inOrganisation(host.organisationId, (tx) =>
        getEnrolment(tx, enrolmentId),
      )
      if (enrolment?.judgement.state === 'refused') this.#refuse(enrolment.judgement.error)
      if (enrolment?.judgement.state === 'admitted') await this.#open(host)
    })
  }

  end(): void {
    this.#socket.close(1001)
  }

  #heard(text: string): void {
    const rate = afterOneMore(this.#rate, performance.now())
    if (!rate) {
      this.#drop('too many messages')
      return
    }
    this.#rate = rate
    const read = readFrame(agentMessage, text)
    if (!read.ok) {
      // Of a newer agent, some messages may mean nothing to us; before the proof nothing is forgiven.
      if (this.#standing !== 'open') this.#drop(read.why)
      else
        this.#deps.log.warn(
          { hostId: this.#host?.id, why: read.why },
          'a message of an agent was not understood',
        )
      return
    }
    this.#inTurn(() => this.#handle(read.message))
  }

  async #handle(message: AgentMessage): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (!maySay(this.#standing, message.type)) return this.#drop(`${message.type} is out of place`)
    if (message.type === 'hello') return this.#greet(message)
    if (message.type === 'proof') return this.#prove(message)
    const host = this.#host
    if (!host) return
    const answer = await receive(message, { ...this.#deps, host, mayWrite: this.#mayWrite })
    if (answer) this.#say(answer)
    if (message.type === 'result') this.#sent.delete(message.id)
  }

  async #greet(hello: Hello): Promise<void> {
    const spoken = speaks(hello.protocol)
    if (spoken === 'too-old' || spoken === 'too-new')
      return this.#refuse(channelErrors.otherProtocol(hello.protocol))
    const host = await findConnectingHost(this.#deps.db, hello.hostId)
    if (!host || host.kind !== hello.kind) return this.#refuse(channelErrors.unknownHost())
    this.#hello = hello
    this.#host = host
    this.#nonce = randomBytes(32).toString('hex')
    this.#standing = 'greeted'
    this.#say({ type: 'challenge', nonce: this.#nonce, identity: host.publicKey !== hello.publicKey })
  }

  async #prove(proof: Proof): Promise<void> {
    const { db, clock } = this.#deps
    const { host, hello } = { host: this.#host, hello: this.#hello }
    if (!host || !hello) return
    const nonce = this.#nonce
    const { publicKey } = hello
    if (!isProof({ publicKey, hostId: host.id, nonce, signature: proof.signature }))
      return this.#refuse(channelErrors.badProof())
    if (host.publicKey === publicKey) return this.#open(host)
    const { identity } = proof
    if (!identity || identity.key !== fingerprint(publicKey)) return this.#refuse(channelErrors.badProof())
    this.#standing = 'judged'
    this.#enrolmentId = await db.inOrganisation(host.organisationId, (tx) =>
      askToEnrol(
        tx,
        { organisationId: host.organisationId, hostId: host.id, publicKey, nonce, proof: identity },
        clock,
      ),
    )
    this.#say({ type: 'checking' })
    // The answer may have come before we knew what to listen for.
    this.lookAtJudgement()
  }

  async #open(host: KnownHost): Promise<void> {
    const { db, clock, log } = this.#deps
    const hello = this.#hello
    if (!hello || this.#socket.readyState !== this.#socket.OPEN) return
    clearTimeout(this.#tooLate)
    this.#connectedAt = await db.inOrganisation(host.organisationId, (tx) =>
      hostConnected(tx, host.id, hello, clock),
    )
    this.#standing = 'open'
    log.info({ hostId: host.id, kind: host.kind, agent: hello.agent }, 'an agent connected')
    this.#say({ type: 'welcome', protocol: protocolVersion })
    this.pushCommands()
  }

  #closed(): void {
    clearTimeout(this.#tooLate)
    this.#inTurn(async () => {
      const { host, connectedAt } = { host: this.#host, connectedAt: this.#connectedAt }
      this.#standing = 'new'
      if (!host || !connectedAt) return
      await this.#deps.db.inOrganisation(host.organisationId, (tx) =>
        hostLost(tx, host.id, connectedAt, this.#deps.clock),
      )
    })
  }

  /** Handled in the order in which it came. An error of the database ends the connection: the agent says it again. */
  #inTurn(run: () => Promise<void>): void {
    this.#waiting++
    if (this.#waiting > waitingMax) this.#socket.pause()
    this.#work = this.#work
      .then(() => this.#takeTurn(run))
      .catch((error: unknown) => {
        this.#deps.log.error(
          { err: error, hostId: this.#host?.id },
          'an agent’s message could not be handled',
        )
        this.#socket.close(1011)
      })
      .finally(() => {
        this.#waiting--
        if (this.#waiting <= waitingMax / 2 && this.#socket.isPaused) this.#socket.resume()
      })
  }

  /** Resolves when nothing of this connection is under way. */
  settled(): Promise<void> {
    return this.#work
  }

  #say(message: ApiMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #refuse(error: UserErrorFields): void {
    this.#say({ type: 'refused', error })
    this.#deps.log.warn({ hostId: this.#hello?.hostId, code: error.code }, 'an agent was refused')
    this.#socket.close(1008)
  }

  #drop(why: string): void {
    this.#deps.log.warn({ hostId: this.#host?.id, why }, 'a connection of an agent was dropped')
    this.#socket.close(1008)
  }
}
