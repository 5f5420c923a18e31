import type { Socket } from 'node:net'
import type { AppConnection } from './app-connections.ts'
import { type Asker, Exchange } from './exchange.ts'
import { type Refusal, refused } from './http/refusal.ts'
import { headBytesMax, readRequestHead } from './http/request-head.ts'
import { answerOf, pages } from './pages.ts'
import type { Passage } from './passage.ts'

/** So long a connection stays without a request. */
const idleSeconds = 65
/** A head that comes more slowly than this is nobody's in earnest. */
const headSeconds = 30
/** For so long not one byte of a body came, or of an answer was taken. */
const stalledSeconds = 120
/** What a client still sends is read so long, or it would not read the answer: RFC 9112 §9.6. */
const lingerSeconds = 2
/** More than this is not read ahead of the request that is being answered. */
const unreadBytesMax = Math.max(65_536, headBytesMax)

const nothing = Buffer.alloc(0)

/**
 * A client's connection: its requests are read and answered one after the other, and then, where both sides
 * agree on an upgrade, all bytes go through as they are. The owner calls `sweep` about once a second.
 *
 * A client that ends its side while its answer has a known end gets it: that is how some scripts ask. Of an
 * answer without one it is taken to be gone, so that the app hears of it; a client that has really gone and one
 * that only ended its side look the same.
 */
export class Client implements Asker {
  isLast = false
  readonly #socket: Socket
  readonly #passage: Passage
  readonly #onGone: () => void
  readonly #address: string
  #unread: Buffer = nothing
  /** Bytes of `#unread` in which the end of a head was looked for already. */
  #seen = 0
  #exchange: Exchange | undefined
  #tunnel: AppConnection | undefined
  #isProceeding = false
  /** What still comes is thrown away. */
  #isDeaf = false
  #isLingering = false
  #hasEnded = false
  #waitsSince = performance.now()
  #waitsForHead = false
  /** The other side does not take what is written to it. */
  #isStalled = false
  #isAppSlow = false
  #said = { host: '', lines: '' }

  constructor(socket: Socket, passage: Passage, onGone: () => void) {
    this.#socket = socket
    this.#passage = passage
    this.#onGone = onGone
    this.#address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
    this.#said = { host: '', lines: this.#linesOf('') }
    socket.on('data', (piece) => this.#receive(piece))
    socket.on('drain', () => this.#drained())
    socket.once('end', () => this.#ended())
    // What happened to the connection shows in its end.
    socket.on('error', () => {})
    socket.once('close', () => this.#gone())
  }

  /** Nothing of a request is here, and nothing of an answer. */
  get isIdle(): boolean {
    return (
      this.#exchange === undefined &&
      this.#tunnel === undefined &&
      !this.#waitsForHead &&
      this.#socket.writableLength === 0
    )
  }

  /** Ends what waited for too long. */
  sweep(now: number): void {
    const seconds = (now - this.#waitsSince) / 1000
    if (this.#isStalled || this.#isLingering) {
      if (seconds > (this.#isStalled ? stalledSeconds : lingerSeconds)) this.#socket.destroy()
    } else if (this.#waitsForHead) {
      if (seconds > headSeconds)
        this.#refuse(refused(408, `Its head did not come within ${headSeconds} seconds.`))
    } else if (this.isIdle) {
      if (seconds > idleSeconds) this.#socket.destroy()
    } else if (this.#exchange?.waitsForBody && !this.#isAppSlow && seconds > stalledSeconds)
      this.#exchange.refuse(refused(408, `Nothing of its body came for ${stalledSeconds} seconds.`))
  }
  close(): void {
    this.#socket.destroy()
  }

  write(piece: string | Uint8Array): boolean {
    const isTaken =
      typeof piece === 'string' ? this.#socket.write(piece, 'latin1') : this.#socket.write(piece)
    if (!isTaken) this.#stall()
    return isTaken
  }
  setAppSlow(isSlow: boolean): void {
    this.#isAppSlow = isSlow
    this.#regulate()
  }
  /** Reads no more than can be passed on or kept. */
  #regulate(): void {
    if (this.#isAppSlow || this.#unread.length >= unreadBytesMax) this.#socket.pause()
    else this.#socket.resume()
  }

  saidOfIt(host: string): string {
    if (this.#said.host !== host) this.#said = { host, lines: this.#linesOf(host) }
    return this.#said.lines
  }
  #linesOf(host: string): string {
    return `X-Forwarded-For: ${this.#address}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: ${host}\r\n`
  }

  proceed(): void {
    // An exchange may ask for more while it is given some.
    if (this.#isProceeding) return
    this.#isProceeding = true
    while (this.#unread.length > 0 && this.#step());
    this.#isProceeding = false
    this.#regulate()
  }

  exchanged(isWhole: boolean): void {
    this.#exchange = undefined
    this.#isAppSlow = false
    this.#settle()
    if (this.isLast || this.#hasEnded) this.#bye(isWhole)
    else this.proceed()
  }

  breakOff(): void {
    this.#exchange = undefined
    this.#socket.resetAndDestroy()
  }

  tunnelTo(app: AppConnection, first: Buffer): void {
    this.#exchange = undefined
    this.#tunnel = app
    app.user = {
      onBytes: (bytes, length) => this.write(Buffer.from(bytes.subarray(0, length))),
      onEnd: (inOrder) => {
        if (inOrder) this.#socket.end()
        else this.#socket.destroy()
        this.#stall()
      },
      onDrain: () => this.setAppSlow(false),
    }
    if (first.length > 0) this.write(Buffer.from(first))
    const unread = this.#unread
    this.#unread = nothing
    if (unread.length > 0) this.#intoTunnel(app, unread)
  }

  #receive(piece: Buffer): void {
    if (this.#tunnel) {
      this.#intoTunnel(this.#tunnel, piece)
      return
    }
    if (this.#isDeaf) return
    this.#unread = this.#unread.length === 0 ? piece : Buffer.concat([this.#unread, piece])
    this.#settle()
    this.proceed()
  }

  #intoTunnel(app: AppConnection, piece: Buffer): void {
    if (!app.write(piece)) this.setAppSlow(true)
  }

  /** Reads a head, or more of a body. Answers whether there may be more to read. */
  #step(): boolean {
    const exchange = this.#exchange
    if (exchange) {
      if (exchange.body.isDone || !exchange.takesBody) return false
      this.#consume(exchange.takeBody(this.#unread))
      return true
    }
    if (this.isLast) return false
    const head = readRequestHead(this.#unread, this.#seen)
    if (head === 'more') {
      if (!this.#waitsForHead) this.#settle()
      this.#waitsForHead = true
      this.#seen = this.#unread.length
      return false
    }
    this.#waitsForHead = false
    this.#seen = 0
    if ('status' in head) {
      this.#refuse(head)
      return false
    }
    this.#consume(head.end)
    const begun = new Exchange(head, this, this.#passage)
    this.#exchange = begun
    begun.begin()
    return true
  }

  #consume(count: number): void {
    this.#unread = count === this.#unread.length ? nothing : this.#unread.subarray(count)
  }

  #refuse(refusal: Refusal): void {
    this.isLast = true
    this.#waitsForHead = false
    this.write(answerOf(pages.refused(refusal), { wantsHtml: false, isHead: false, closes: true }))
    this.#bye(false)
  }

  /** Ends our side; reads on for a while where the client still sends. */
  #bye(isWhole: boolean): void {
    this.#unread = nothing
    this.#isDeaf = true
    this.#socket.resume()
    this.#socket.end(() => {
      this.#isLingering = !(isWhole && this.#hasEnded)
      this.#settle()
    })
  }

  #drained(): void {
    this.#isStalled = false
    this.#settle()
    if (this.#tunnel) this.#tunnel.resume()
    else this.#exchange?.onClientDrain()
  }
  /** Something moved: what is waited for from now on may take its whole time. */
  #settle(): void {
    if (!this.#waitsForHead && !this.#isStalled) this.#waitsSince = performance.now()
  }
  #stall(): void {
    if (this.#isStalled) return
    this.#isStalled = true
    this.#waitsSince = performance.now()
  }

  #ended(): void {
    this.#hasEnded = true
    if (this.#tunnel) this.#tunnel.end()
    else if (!this.#exchange) this.#socket.end()
    else if (this.#exchange.isStream || !this.#exchange.body.isDone) this.#socket.destroy()
  }
  #gone(): void {
    this.#exchange?.abandon()
    this.#exchange = undefined
    this.#tunnel?.destroy()
    this.#onGone()
  }
}
