import { readFileSync, watchFile } from 'node:fs'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answeredHeaders, forwardedHeaders } from './forwarded-headers.ts'
import { answerWithPage, type Page, pages } from './pages.ts'
import {
  addTally,
  bucketOf,
  emptyTally,
  type FromWorker,
  nameOfHost,
  type Route,
  routes,
  type Tally,
  toWorker,
} from './route.ts'

/** Held requests cost memory: about 20 KB each with their socket, so this many stay under 200 MB. */
const heldMax = 10_000
/** How long a request waits for an app that refuses connections: it may just be starting again. */
const refusedMilliseconds = 10_000

/**
 * A process in which requests pass; several share the gate's port (SO_REUSEPORT), so that one's death does not
 * close it. Routes come from the supervisor; when that one is gone they are read from the file, until a new
 * supervisor has started new workers.
 */
export function runGateWorker(options: { port: number; routesFile: string; host?: string }): void {
  let table = new Map<string, Route>()
  let waiting: Array<() => void> = []
  let isRetiring = false
  let isListening = false
  const active = new Map<number, Set<object>>()
  const upgraded = new Map<number, Set<Socket>>()
  const tallies = new Map<string, Tally>()
  const pooled = new http.Agent({
    keepAlive: true,
    maxSockets: 2000,
    maxFreeSockets: 256,
    scheduling: 'lifo',
  })
  // A request with a body cannot be said twice, so it never meets a connection that the app is just closing.
  const fresh = new http.Agent({ keepAlive: false, maxSockets: 2000 })

  const server = http.createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (request, response) => {
    answer(request, response).catch(() => answerWithPage(request, response, pages.noAnswer()))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    upgrade(request, socket, head).catch(() => socket.destroy())
  })
  // The port is someone else's: the supervisor tries again.
  server.once('error', () => process.exit(1))
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    else socket.destroy()
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now()
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
    if (isRetiring) response.setHeader('connection', 'close')
    response.sendDate = false
    let counted: string | undefined
    response.once('close', () => {
      if (counted)
        count(counted, response.headersSent && response.statusCode < 500, performance.now() - startedAt)
    })
    const refusedUntil = startedAt + refusedMilliseconds
    for (;;) {
      const found = await routeFor(request, response)
      if (!found) return
      counted = found.serviceId
      if ('page' in found) return answerWithPage(request, response, found.page)
      const outcome = await exchange(request, response, found.port, hasBody)
      if (outcome === 'answered') return
      if (outcome === 'refused' && performance.now() < refusedUntil)
        await new Promise((resolve) => setTimeout(resolve, 20))
      else if (outcome !== 'again') return answerWithPage(request, response, pages.noAnswer())
      if (response.destroyed) return
    }
  }

  /** The port to ask, or the page to answer with; waits while the route is held. Undefined: the client left. */
  async function routeFor(
    request: IncomingMessage,
    response: ServerResponse | Socket,
  ): Promise<{ serviceId: string; port: number } | { serviceId: string; page: Page } | undefined> {
    const name = nameOfHost(request.headers.host)
    const startedAt = performance.now()
    for (;;) {
      const found = table.get(name)
      if (!found) return { serviceId: '', page: pages.unknown(name) }
      const { serviceId } = found
      if (!found.held) {
        return found.port === null
          ? { serviceId, page: pages.notRunning(found.words) }
          : { serviceId, port: found.port }
      }
      const left = found.holdSeconds * 1000 - (performance.now() - startedAt)
      if (left <= 0) return { serviceId, page: pages.heldTooLong(found.holdSeconds) }
      if (waiting.length >= heldMax) return { serviceId, page: pages.tooManyHeld() }
      await nextRoutes(left, response)
      if (response.destroyed) return undefined
    }
  }

  function nextRoutes(milliseconds: number, client: ServerResponse | Socket): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer)
        client.off('close', leave)
        resolve()
      }
      const leave = () => {
        waiting = waiting.filter((other) => other !== go)
        go()
      }
      const timer = setTimeout(leave, milliseconds)
      client.once('close', leave)
      waiting.push(go)
    })
  }

  /**
   * One try. `refused`: nothing was sent, the app does not listen. `again`: a kept-alive connection was closed
   * under a request that may be repeated.
   */
  function exchange(
    request: IncomingMessage,
    response: ServerResponse,
    port: number,
    hasBody: boolean,
  ): Promise<'answered' | 'refused' | 'again' | 'failed'> {
    return new Promise((resolve) => {
      const mark = {}
      enter(port, mark)
      const settle = (outcome: 'answered' | 'refused' | 'again' | 'failed') => {
        leave(port, mark)
        response.off('close', abandon)
        resolve(outcome)
      }
      const up = http.request({
        host: '127.0.0.1',
        port,
        method: request.method,
        path: request.url,
        headers: forwardedHeaders(request, false),
        agent: hasBody ? fresh : pooled,
        setHost: false,
      })
      const abandon = () => up.destroy()
      response.once('close', abandon)
      up.once('socket', (socket) => {
        const send = () => (hasBody ? request.pipe(up) : up.end())
        if (socket.connecting) socket.once('connect', send)
        else send()
      })
      up.once('error', (error: NodeJS.ErrnoException) => {
        if (response.headersSent) {
          response.destroy()
          return settle('answered')
        }
        if (error.code === 'ECONNREFUSED') return settle('refused')
        settle(up.reusedSocket && !hasBody && !response.destroyed ? 'again' : 'failed')
      })
      up.once('response', (from) => {
        response.writeHead(from.statusCode ?? 502, from.statusMessage, answeredHeaders(from))
        from.once('error', () => response.destroy())
        from.once('aborted', () => response.destroy())
        from.pipe(response)
        response.once('close', () => {
          if (!from.complete) up.destroy()
          settle('answered')
        })
      })
    })
  }

  async function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const found = await routeFor(request, socket)
    if (!found || 'page' in found) {
      socket.end(
        `HTTP/1.1 ${found && 'page' in found ? found.page.status : 503} Not Available\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
      return
    }
    const { port } = found
    const up = http.request({
      host: '127.0.0.1',
      port,
      method: request.method,
      path: request.url,
      headers: forwardedHeaders(request, true),
      agent: false,
      setHost: false,
    })
    up.once('error', () => socket.destroy())
    socket.once('close', () => up.destroy())
    up.once('response', (from) => {
      socket.write(headOf(from, answeredHeaders(from)))
      from.pipe(socket)
    })
    up.once('upgrade', (from, upSocket, upHead) => {
      socket.write(headOf(from, from.rawHeaders))
      socket.write(upHead)
      upSocket.write(head)
      const pair = upgraded.get(port) ?? new Set()
      upgraded.set(port, pair.add(socket))
      upSocket.on('error', () => socket.destroy())
      upSocket.once('close', () => socket.destroy())
      socket.once('close', () => {
        upSocket.destroy()
        pair.delete(socket)
      })
      socket.pipe(upSocket).pipe(socket)
    })
    up.end()
  }

  function enter(port: number, mark: object): void {
    const marks = active.get(port) ?? new Set()
    active.set(port, marks.add(mark))
  }
  function leave(port: number, mark: object): void {
    active.get(port)?.delete(mark)
    if (active.get(port)?.size === 0) active.delete(port)
  }
  function count(serviceId: string, isFine: boolean, milliseconds: number): void {
    const one = emptyTally(serviceId)
    one.requests = 1
    one.errors = isFine ? 0 : 1
    one.latency[bucketOf(milliseconds)] = 1
    addTally(tallies, one)
  }

  function setRoutes(next: Route[]): void {
    table = new Map(next.map((one) => [one.name, one]))
    const woken = waiting
    waiting = []
    for (const go of woken) go()
  }

  /** Waits until no request is with the app on this port. Answers how many still are. */
  async function drain(port: number, milliseconds: number): Promise<number> {
    const until = performance.now() + milliseconds
    while ((active.get(port)?.size ?? 0) > 0 && performance.now() < until)
      await new Promise((r) => setTimeout(r, 2))
    closeIdle(port)
    return active.get(port)?.size ?? 0
  }

  /** An app that is told to end waits for its connections; those that we keep for later must not hold it up. */
  function closeIdle(port: number): void {
    for (const [name, sockets] of Object.entries(pooled.freeSockets)) {
      if (name.startsWith(`127.0.0.1:${port}:`)) for (const socket of [...(sockets ?? [])]) socket.destroy()
    }
  }

  /** Ends once everything here is answered; a connection that stays open for long is closed then. */
  function retire(): void {
    if (isRetiring) return
    isRetiring = true
    server.close()
    const endedAt = performance.now() + 600_000
    const timer = setInterval(() => {
      server.closeIdleConnections()
      const busy =
        waiting.length + active.size + [...upgraded.values()].reduce((sum, set) => sum + set.size, 0)
      if (busy > 0 && performance.now() < endedAt) return
      clearInterval(timer)
      process.exit(0)
    }, 50)
  }

  // A supervisor that dies takes its end of the pipe along; that is no reason to follow it.
  const say = (message: FromWorker) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
  process.on('message', (raw: unknown) => {
    const message = toWorker.parse(raw)
    switch (message.type) {
      case 'routes':
        setRoutes(message.routes)
        listen()
        return void say({ type: 'done', id: message.id, active: 0 })
      case 'drain':
        return void drain(message.port, message.milliseconds).then((left) =>
          say({ type: 'done', id: message.id, active: left }),
        )
      case 'retire':
        return retire()
    }
  })
  process.once('disconnect', () => {
    if (isRetiring) return
    serveAlone()
  })
  // A signal meant for the group of the supervisor is not for us: requests are with us.
  process.on('SIGTERM', () => {})
  process.on('SIGINT', () => {})
  setInterval(() => {
    if (tallies.size === 0) return
    say({ type: 'tallies', tallies: [...tallies.values()] })
    tallies.clear()
  }, 1000).unref()
  /** Not before there are routes: nobody shall read that there is no such service. */
  function listen(): void {
    if (isListening || isRetiring) return
    isListening = true
    server.listen({ port: options.port, host: options.host, reusePort: true, backlog: 4096 }, () =>
      say({ type: 'listening' }),
    )
  }

  /** The supervisor is gone. Its successor writes its own name into the routes file. */
  function serveAlone(): void {
    const before = readRoutesFile()
    watchFile(options.routesFile, { interval: 50 }, () => {
      const now = readRoutesFile()
      if (!now) return
      setRoutes(now.routes)
      if (now.supervisor !== before?.supervisor) retire()
    })
  }
  function readRoutesFile(): { supervisor: string; routes: Route[] } | undefined {
    try {
      const { supervisor, routes: list } = JSON.parse(readFileSync(options.routesFile, 'utf8'))
      return { supervisor: String(supervisor), routes: routes.parse(list) }
    } catch {
      return undefined
    }
  }
}

function headOf(from: IncomingMessage, headers: string[]): string {
  let text = `HTTP/1.1 ${from.statusCode} ${from.statusMessage}\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return `${text}\r\n`
}
