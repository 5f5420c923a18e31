import net, { type Socket } from 'node:net'

/**
 * So many connections are being made to one app at once; the rest wait for one of these, or for one that is done
 * with. What was held comes all together, and an app's queue of new connections is short.
 */
const connectingMax = 64
/** An app that does not say how long it waits for the next request may wait as little as two seconds. */
const reuseSecondsUnsaid = 1.5
/** One second before an app's own time is over, so that it never closes under a request. */
const beforeItsTimeSeconds = 1
const reuseSecondsMax = 60

/** Who uses a connection to an app. Bytes are in the buffer only for as long as the call lasts. */
export type ConnectionUser = {
  /** Answers whether more may come at once. */
  onBytes(bytes: Buffer, length: number): boolean
  /** The app ended its side: in order, or by breaking off. */
  onEnd(inOrder: boolean): void
  /** What was written has gone out after `write` answered false. */
  onDrain(): void
}
export type ConnectionTaker = {
  onConnection(connection: AppConnection): void
  /** Nothing was sent: the app does not listen, or there is no connection to be had. */
  onRefused(error: NodeJS.ErrnoException): void
}

/** Every app's bytes are read into this one buffer: each read is dealt with before the next. */
const readInto = Buffer.allocUnsafeSlow(65_536)

export class AppConnection {
  user: ConnectionUser | undefined
  reuseUntil = 0
  readonly #socket: Socket
  #hasEnded = false

  constructor(port: number, onSettled: (error: NodeJS.ErrnoException | undefined) => void) {
    let isSettled = false
    let error: NodeJS.ErrnoException | undefined
    const settle = () => {
      if (isSettled) return
      isSettled = true
      onSettled(error)
    }
    this.#socket = net.connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      allowHalfOpen: true,
      onread: { buffer: readInto, callback: (length) => this.#receive(length) },
    })
    this.#socket.once('connect', settle)
    this.#socket.on('error', (reason) => {
      error = reason
    })
    this.#socket.once('end', () => this.#end(true))
    this.#socket.once('close', () => {
      error ??= new Error('closed')
      settle()
      this.#end(false)
    })
    this.#socket.on('drain', () => this.user?.onDrain())
  }

  get isOpen(): boolean {
    return !this.#hasEnded && !this.#socket.destroyed
  }
  /** Answers false when the app is slow to take it: wait for `onDrain`. */
  write(piece: string | Uint8Array): boolean {
    return typeof piece === 'string' ? this.#socket.write(piece, 'latin1') : this.#socket.write(piece)
  }
  /** What is written meanwhile goes out together. */
  together(write: () => void): void {
    this.#socket.cork()
    write()
    this.#socket.uncork()
  }
  resume(): void {
    this.#socket.resume()
  }
  end(): void {
    this.#socket.end()
  }
  destroy(): void {
    this.user = undefined
    this.#socket.destroy()
  }

  #receive(length: number): boolean {
    if (this.user) return this.user.onBytes(readInto, length)
    // Nobody asked: whatever it is, it is no answer to the next request.
    this.destroy()
    return false
  }
  #end(inOrder: boolean): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (this.user) this.user.onEnd(inOrder)
    else this.#socket.destroy()
  }
}

/** The connections to the app on one port of this host, kept for the next request where the app allows it. */
export class AppConnections {
  readonly #port: number
  readonly #onUnused: () => void
  #idle: AppConnection[] = []
  #queue: ConnectionTaker[] = []
  #connecting = 0
  #active = 0
  #onDrained: Array<() => void> = []

  constructor(port: number, onUnused: () => void) {
    this.#port = port
    this.#onUnused = onUnused
  }

  /** Gives a connection, at once where one is idle, and counts the taker as active until it gives it back. */
  take(taker: ConnectionTaker, now: number): void {
    this.#active++
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.isOpen && idle.reuseUntil > now) {
        taker.onConnection(idle)
        return
      }
      idle.destroy()
    }
    this.#queue.push(taker)
    this.#connect()
  }

  /** The taker gave up before it had a connection. */
  forgo(taker: ConnectionTaker): void {
    const at = this.#queue.indexOf(taker)
    if (at >= 0) this.#queue.splice(at, 1)
    this.#leave()
  }

  /** The request is answered. `reuseSeconds`: as long as the app said that it waits for another. */
  giveBack(
    connection: AppConnection,
    now: number,
    reuseSeconds = reuseSecondsUnsaid + beforeItsTimeSeconds,
  ): void {
    connection.user = undefined
    const next = connection.isOpen ? this.#queue.shift() : undefined
    if (next) next.onConnection(connection)
    else if (connection.isOpen && reuseSeconds > beforeItsTimeSeconds) {
      connection.reuseUntil = now + (Math.min(reuseSeconds, reuseSecondsMax) - beforeItsTimeSeconds) * 1000
      this.#idle.push(connection)
    } else connection.destroy()
    this.#leave()
  }

  /** The connection belongs to the taker from now on. */
  handOver(): void {
    this.#leave()
  }

  /** The connection is of no more use. */
  drop(connection: AppConnection): void {
    connection.destroy()
    this.#leave()
  }

  /** Resolves with the requests that are still with the app: none, or those left when the time is over. */
  async drain(milliseconds: number): Promise<number> {
    if (this.#active > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        this.#onDrained.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    // An app that is told to end waits for its connections; those that we keep for later must not hold it up.
    for (const connection of this.#idle.splice(0)) connection.destroy()
    return this.#active
  }

  /** Closes what was kept for too long. */
  sweep(now: number): void {
    const kept = this.#idle.filter((connection) => connection.isOpen && connection.reuseUntil > now)
    for (const connection of this.#idle) if (!kept.includes(connection)) connection.destroy()
    this.#idle = kept
    this.#letGoWhenUnused()
  }

  #connect(): void {
    if (this.#connecting >= connectingMax || this.#connecting >= this.#queue.length) return
    this.#connecting++
    const connection: AppConnection = new AppConnection(this.#port, (error) => {
      this.#connecting--
      const taker = this.#queue.shift()
      if (!taker) connection.destroy()
      else if (error) {
        this.#leave()
        taker.onRefused(error)
      } else taker.onConnection(connection)
      this.#connect()
    })
  }

  #leave(): void {
    this.#active--
    if (this.#active > 0) return
    for (const drained of this.#onDrained.splice(0)) drained()
    this.#letGoWhenUnused()
  }

  #letGoWhenUnused(): void {
    if (this.#active === 0 && this.#idle.length === 0 && this.#connecting === 0) this.#onUnused()
  }
}
