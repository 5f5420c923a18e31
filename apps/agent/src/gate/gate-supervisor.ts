import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import http from 'node:http'
import net, { type Socket } from 'node:net'
import { z } from 'zod'
import { readJson, writeJson } from '../home.ts'
import { addTally, fromWorker, type Route, routes, type Tally, type ToWorker } from './route.ts'

const stored = z.object({ supervisor: z.string(), routes })
export type GateOptions = {
  port: number
  host?: string
  routesFile: string
  socket: string
  /** File and arguments of a worker for this port, run by Node. */
  workerCommand(port: number): string[]
}
export type Gate = { port: number; close(): Promise<void> }

/**
 * Owns the port and nothing else, so that it has no reason to die: it accepts connections and passes them to
 * the worker, in which requests are. A dead worker is replaced at once; what connects meanwhile waits. Routes
 * are on disk before they are in force. The agent speaks to it over a local socket (gate-control.ts).
 */
export async function runGateSupervisor(options: GateOptions): Promise<Gate> {
  const supervisor = randomUUID()
  let table: Route[] = (await readJson(options.routesFile, stored))?.routes ?? []
  const workers = new Set<Worker>()
  let current: Worker | undefined
  let isClosing = false
  const queued: Socket[] = []
  const taken = new Map<string, Tally>()

  const server = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    if (current?.isReady) current.pass(socket)
    else queued.push(socket)
  })

  function begin(): Worker {
    const worker = new Worker(options.workerCommand(port), (tallies) => {
      for (const one of tallies) addTally(taken, one)
    })
    workers.add(worker)
    worker.ready.then(async () => {
      await worker.ask({ type: 'routes', routes: table })
      worker.isReady = true
      if (current !== worker) return
      for (const socket of queued.splice(0)) worker.pass(socket)
    })
    worker.ended.then(() => {
      workers.delete(worker)
      queued.push(...worker.undelivered())
      if (current === worker && !isClosing) current = begin()
    })
    return worker
  }

  async function setRoutes(next: Route[]): Promise<void> {
    table = next
    await writeJson(options.routesFile, { supervisor, routes: table }, { durable: false })
    await Promise.all([...workers].map((worker) => worker.ask({ type: 'routes', routes: next })))
  }

  /** A new worker from the bundle as it is now on disk; the old one finishes what it holds. */
  function renew(): void {
    const old = current
    current = begin()
    current.ready.then(() => old?.tell({ type: 'retire' }))
  }

  const control = http.createServer((request, response) => {
    answer(request)
      .then((value) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value)),
      )
      .catch((error: unknown) => response.writeHead(400).end(String(error)))
  })
  async function answer(request: http.IncomingMessage): Promise<unknown> {
    let text = ''
    for await (const piece of request) text += piece
    const body: unknown = text === '' ? {} : JSON.parse(text)
    switch (request.url) {
      case '/routes':
        if (request.method === 'PUT') await setRoutes(routes.parse(body))
        return table
      case '/drain': {
        const { port, milliseconds } = z.object({ port: z.int(), milliseconds: z.int() }).parse(body)
        const left = await Promise.all(
          [...workers].map((worker) => worker.ask({ type: 'drain', port, milliseconds })),
        )
        return { active: left.reduce((sum, count) => sum + count, 0) }
      }
      case '/take': {
        const tallies = [...taken.values()]
        taken.clear()
        return tallies
      }
      case '/renew':
        renew()
        return {}
      default:
        throw new Error(`the gate knows no ${request.url}`)
    }
  }

  // A worker that outlived another supervisor has the port as well, until it reads our name.
  await listen(server, { port: options.port, host: options.host, reusePort: true, backlog: 4096 })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  current = begin()
  await current.ready
  await rm(options.socket, { force: true })
  await listen(control, { path: options.socket })
  await writeJson(options.routesFile, { supervisor, routes: table }, { durable: false })

  return {
    port,
    async close() {
      isClosing = true
      server.close()
      control.close()
      control.closeAllConnections()
      for (const worker of workers) worker.tell({ type: 'retire' })
      await Promise.all([...workers].map((worker) => worker.ended))
    },
  }
}

type Question =
  | Omit<Extract<ToWorker, { type: 'routes' }>, 'id'>
  | Omit<Extract<ToWorker, { type: 'drain' }>, 'id'>

class Worker {
  isReady = false
  readonly ready: Promise<void>
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  #asked = new Map<number, (active: number) => void>()
  #next = 1
  #passed = new Map<number, Socket>()

  constructor([file = process.execPath, ...args]: string[], onTallies: (tallies: Tally[]) => void) {
    // Its own group: a signal to ours must not take the requests along.
    this.#child = fork(file, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const { promise: ready, resolve: setReady } = Promise.withResolvers<void>()
    const { promise: ended, resolve: setEnded } = Promise.withResolvers<void>()
    this.ready = ready
    this.ended = ended
    this.#child.on('message', (raw) => {
      const message = fromWorker.parse(raw)
      if (message.type === 'ready') setReady()
      else if (message.type === 'tallies') onTallies(message.tallies)
      else if (message.type === 'got') {
        this.#passed.get(message.id)?.destroy()
        this.#passed.delete(message.id)
      } else {
        this.#asked.get(message.id)?.(message.active)
        this.#asked.delete(message.id)
      }
    })
    this.#child.on('error', () => {})
    this.#child.once('exit', () => {
      this.isReady = false
      for (const answer of this.#asked.values()) answer(0)
      this.#asked.clear()
      setEnded()
    })
  }

  pass(socket: Socket): void {
    const id = this.#next++
    this.#passed.set(id, socket)
    // Our copy stays open until the other side has its own; what a dying worker did not get goes to the next.
    this.#child.send({ type: 'connection', id } satisfies ToWorker, socket, { keepOpen: true }, () => {})
  }

  /** Connections that this worker never got. */
  undelivered(): Socket[] {
    return [...this.#passed.values()].filter((socket) => !socket.destroyed)
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message)
  }

  /** Resolves with the number of requests that are still with the app; with 0 when the worker died meanwhile. */
  ask(question: Question): Promise<number> {
    const id = this.#next++
    return new Promise((resolve) => {
      if (!this.#child.connected) return resolve(0)
      this.#asked.set(id, resolve)
      this.tell({ ...question, id })
    })
  }
}

function listen(server: net.Server, where: net.ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
