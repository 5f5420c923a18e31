import type { AppConnection, AppConnections, ConnectionTaker, ConnectionUser } from './app-connections.ts'
import { type AnswerHead, readAnswerHead } from './http/answer-head.ts'
import { Body } from './http/body.ts'
import { type Refusal, refused } from './http/refusal.ts'
import type { RequestHead } from './http/request-head.ts'
import { answerOf, type Page, pages } from './pages.ts'
import type { Passage } from './passage.ts'
import { nameOfHost, type Route, type Side } from './route.ts'

/** How long a request waits for an app that refuses connections: it may just be starting again. */
const refusedMilliseconds = 10_000
const refusedAgainMilliseconds = 20
/** Up to this size a copy into one string with the head is cheaper than a write of its own. */
const withHeadBytesMax = 8192

/** A load balancer asks it by the host's address, which is no service's name. */
const readyLine = 'GET /slipway/ready '

/** What an exchange needs of the client's connection. */
export type Asker = {
  /** No request is read after the answer that goes out now. */
  isLast: boolean
  /** Answers false when the client is slow to take it: `onClientDrain` says when it has. */
  write(piece: string | Uint8Array): boolean
  /** The lines that tell the app who is calling. */
  saidOfIt(host: string): string
  /** Reads on; what has come already is passed on at once. */
  proceed(): void
  /** Nothing is read from the client while the app is slow to take it. */
  setAppSlow(isSlow: boolean): void
  /** The answer is out, and `isWhole` says whether all of the request had come before. */
  exchanged(isWhole: boolean): void
  /** The connection is broken off in such a way that half an answer is not taken for a whole one. */
  breakOff(): void
  tunnelTo(app: AppConnection, first: Buffer): void
}

/**
 * One request on its way to the app and the answer on its way back. A request is said again only when nothing of
 * it can have reached an app: the connection was refused.
 */
export class Exchange implements ConnectionTaker, ConnectionUser {
  readonly body: Body
  readonly #head: RequestHead
  readonly #client: Asker
  readonly #passage: Passage
  readonly #startedAt = performance.now()
  #serviceId: string | undefined
  /** Of two releases beside each other, the one that it was given to last. */
  #side: Side | undefined
  #apps: AppConnections | undefined
  #app: AppConnection | undefined
  #partial: Buffer | undefined
  #answer: AnswerHead | undefined
  #answerBody: Body | undefined
  #status = 0
  /** Until the answer began: a stream that goes on for hours is not slow. */
  #milliseconds: number | undefined
  #timer: NodeJS.Timeout | undefined
  #hasEnded = false

  constructor(head: RequestHead, client: Asker, passage: Passage) {
    this.#head = head
    this.#client = client
    this.#passage = passage
    this.body = new Body(head.framing)
  }

  /** Whether the body can be passed on as it comes. */
  get takesBody(): boolean {
    return this.#app !== undefined
  }
  /** The answer goes on for as long as the app likes. */
  get isStream(): boolean {
    const kind = this.#answer?.framing.kind
    return kind === 'chunked' || kind === 'until close'
  }
  get waitsForBody(): boolean {
    return this.takesBody && !this.body.isDone
  }

  /** Finds out where the request goes now: to a port, to a page, or to wait. */
  begin(): void {
    const name = nameOfHost(this.#head.host)
    const route = this.#passage.routeOf(name)
    this.#serviceId = route?.serviceId
    if (!route && this.#head.text.startsWith(readyLine)) this.#answerWith(pages.ready(this.#passage.isReady))
    else if (!route) this.#answerWith(pages.unknown(name))
    else if (route.held) this.#wait(route.holdSeconds)
    else if (route.port === null) this.#answerWith(pages.notRunning(route.words))
    else {
      this.#stopWaiting()
      this.#apps = this.#passage.appsOn(route.canary ? this.#draw(route.port, route.canary) : route.port)
      this.#apps.take(this, performance.now())
    }
  }

  /**
   * Each request is drawn anew, so that who is counted for which release is chance alone. One that was refused is
   * drawn again: the other release may listen.
   */
  #draw(port: number, canary: NonNullable<Route['canary']>): number {
    const isNew = Math.random() * 100 < canary.percent
    this.#side = isNew ? 'new' : 'old'
    return isNew ? canary.port : port
  }

  /** The client is gone, or is to be. */
  abandon(): void {
    if (this.#hasEnded) return
    if (this.#app) this.#apps?.drop(this.#app)
    else this.#apps?.forgo(this)
    this.#end()
  }

  /** Passes on what came of the request's body; answers how much that was. */
  takeBody(bytes: Buffer): number {
    const app = this.#app
    if (!app) return 0
    const used = this.body.read(bytes, 0, bytes.length, (from, to) => {
      if (!app.write(bytes.subarray(from, to))) this.#client.setAppSlow(true)
    })
    if (used === undefined) this.refuse(refused(400, 'The chunks of its body are broken.'))
    return used ?? bytes.length
  }

  /** The request turned out to be none after it was begun. */
  refuse(refusal: Refusal): void {
    this.#fail(pages.refused(refusal))
  }

  onConnection(app: AppConnection): void {
    this.#app = app
    app.user = this
    const text = `${this.#head.text}${this.#client.saidOfIt(this.#head.host)}\r\n`
    if (this.body.isDone) app.write(text)
    else
      app.together(() => {
        app.write(text)
        this.#client.proceed()
      })
  }

  onRefused(error: NodeJS.ErrnoException): void {
    this.#apps = undefined
    this.#side = undefined
    const mayBeStarting = error.code === 'ECONNREFUSED'
    if (mayBeStarting && performance.now() - this.#startedAt < refusedMilliseconds)
      this.#timer = setTimeout(() => this.begin(), refusedAgainMilliseconds)
    else this.#answerWith(pages.noAnswer())
  }

  onDrain(): void {
    this.#client.setAppSlow(false)
  }
  /** The client has taken what was written to it. */
  onClientDrain(): void {
    this.#app?.resume()
  }

  onBytes(buffer: Buffer, length: number): boolean {
    let bytes = buffer
    let to = length
    if (this.#partial) {
      bytes = Buffer.concat([this.#partial, buffer.subarray(0, length)])
      to = bytes.length
      this.#partial = undefined
    }
    if (this.#answerBody) return this.#passBody(this.#answerBody, '', bytes, 0, to)
    let from = 0
    for (;;) {
      const answer = readAnswerHead(bytes, from, to, this.#head.isHead)
      if (answer === 'more') {
        this.#partial = Buffer.from(bytes.subarray(from, to))
        return true
      }
      if (!answer) {
        this.#fail(pages.brokenAnswer())
        return false
      }
      if (answer.status === 101) return this.#switch(answer, bytes, to)
      if (answer.status >= 200) return this.#passHead(answer, bytes, to)
      from = answer.end
      if (!this.#head.isOld) this.#client.write(`${answer.text}\r\n`)
    }
  }

  onEnd(inOrder: boolean): void {
    if (this.#answerBody?.endsWithConnection && inOrder) this.#finish()
    else this.#fail(pages.noAnswer())
  }

  #passHead(answer: AnswerHead, bytes: Buffer, to: number): boolean {
    this.#answer = answer
    this.#status = answer.status
    this.#milliseconds = performance.now() - this.#startedAt
    const body = new Body(answer.framing, { isBare: this.#head.isOld })
    this.#answerBody = body
    const isLast =
      this.#head.wantsClose || this.#passage.isRetiring || body.endsWithConnection || !this.body.isDone
    this.#client.isLast ||= isLast
    const frame =
      answer.framing.kind === 'chunked' && !this.#head.isOld ? 'Transfer-Encoding: chunked\r\n' : ''
    const head = `${answer.text}${frame}${isLast ? 'Connection: close\r\n' : ''}\r\n`
    return this.#passBody(body, head, bytes, answer.end, to)
  }

  /** Passes on the rest of an answer; `head` goes before it. Answers whether the app may send more. */
  #passBody(body: Body, head: string, bytes: Buffer, from: number, to: number): boolean {
    const client = this.#client
    let isTaken = true
    let unsent = head
    const used = body.read(bytes, from, to, (runFrom, runTo) => {
      if (runTo - runFrom <= withHeadBytesMax) {
        isTaken = client.write(unsent + bytes.toString('latin1', runFrom, runTo))
      } else {
        if (unsent !== '') client.write(unsent)
        isTaken = client.write(Buffer.from(bytes.subarray(runFrom, runTo)))
      }
      unsent = ''
    })
    if (used === undefined) {
      this.#fail(pages.brokenAnswer())
      return false
    }
    if (unsent !== '') isTaken = client.write(unsent)
    if (body.isDone) this.#finish(used === to)
    return isTaken
  }

  /** From here on the bytes are between client and app: RFC 9110 §7.8. */
  #switch(answer: AnswerHead, bytes: Buffer, to: number): boolean {
    const app = this.#app
    if (!app || !this.#head.isUpgrade) {
      this.#fail(pages.brokenAnswer())
      return false
    }
    this.#status = answer.status
    this.#client.write(`${answer.text}\r\n`)
    this.#end()
    this.#apps?.handOver()
    this.#client.tunnelTo(app, bytes.subarray(answer.end, to))
    return true
  }

  #wait(holdSeconds: number): void {
    const left = holdSeconds * 1000 - (performance.now() - this.#startedAt)
    clearTimeout(this.#timer)
    if (left <= 0) this.#answerWith(pages.heldTooLong(holdSeconds))
    else if (!this.#passage.hold(this)) this.#answerWith(pages.tooManyHeld())
    else this.#timer = setTimeout(() => this.#answerWith(pages.heldTooLong(holdSeconds)), left)
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#passage.letGo(this)
  }

  #answerWith(page: Page): void {
    this.#status = page.status
    const closes = this.#head.wantsClose || this.#passage.isRetiring || !this.body.isDone
    const wantsHtml = /^accept:.*text\/html/im.test(this.#head.text)
    this.#client.isLast ||= closes
    this.#end()
    this.#client.write(answerOf(page, { wantsHtml, isHead: this.#head.isHead, closes }))
    this.#client.exchanged(this.body.isDone)
  }

  /** The app did not answer as it should. Where part of the answer is out already, only the connection can say so. */
  #fail(page: Page): void {
    if (this.#hasEnded) return
    if (this.#app) this.#apps?.drop(this.#app)
    this.#app = undefined
    if (this.#answer) {
      this.#status = page.status
      this.#end()
      this.#client.breakOff()
    } else this.#answerWith(page)
  }

  #finish(endsHere = true): void {
    const { isReusable = false, reuseSeconds } = this.#answer ?? {}
    const app = this.#app
    const body = this.#answerBody
    this.#end()
    if (app) {
      if (isReusable && endsHere && this.body.isDone && !body?.endsWithConnection)
        this.#apps?.giveBack(app, performance.now(), reuseSeconds)
      else this.#apps?.drop(app)
    }
    this.#client.exchanged(this.body.isDone)
  }

  #end(): void {
    this.#hasEnded = true
    this.#stopWaiting()
    if (this.#serviceId === undefined) return
    const milliseconds = this.#milliseconds ?? performance.now() - this.#startedAt
    this.#passage.count(this.#serviceId, this.#status < 500, milliseconds)
    if (this.#side) this.#passage.count(this.#serviceId, this.#status < 500, milliseconds, this.#side)
  }
}
