import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import http from 'node:http'
import type { Server } from 'node:net'
import { z } from 'zod'
import { readJson, writeJson } from '../home.ts'
import { addTally, fromWorker, type Route, routes, type Tally, type ToWorker } from './route.ts'

/** When one dies, the other has the port already. */
const workerCount = 2
/** What passes lives for a moment: a small young generation keeps a worker's memory small; below 4 MB it costs speed. */
export const workerNodeOptions = ['--max-semi-space-size=4']
/** A worker that dies at once (its port is taken) is not tried in a tight circle. */
const respawnMilliseconds = 200

const stored = z.object({ supervisor: z.string(), routes })
export type GateOptions = {
  routesFile: string
  socket: string
  /** File and arguments of a worker, run by Node. */
  workerCommand: string[]
}
export type Gate = { close(): Promise<void> }

/**
 * Keeps the gate's workers running and tells them their routes. No connection passes through it, so its end is
 * noticed by nobody: the workers go on, and retire when a new supervisor has started new ones. Routes are on
 * disk before they are in force. The agent speaks to it over a local socket (gate-control.ts). Resolves once
 * the port is served.
 */
export async function runGateSupervisor(options: GateOptions): Promise<Gate> {
  const supervisor = randomUUID()
  let table: Route[] = (await readJson(options.routesFile, stored))?.routes ?? []
  const workers = new Set<Worker>()
  let isClosing = false
  const taken = new Map<string, Tally>()
  const totals = new Map<string, Tally>()
  const sides = new Map<string, Tally>()

  function begin(): Worker {
    const worker = new Worker(options.workerCommand, (tallies) => {
      for (const one of tallies) {
        for (const sums of one.side === undefined ? [taken, totals] : [sides]) addTally(sums, one)
      }
    })
    workers.add(worker)
    worker.tell({ type: 'routes', id: 0, routes: table })
    worker.ended.then(({ wasShort }) => {
      workers.delete(worker)
      if (isClosing || worker.isRetired) return
      if (wasShort) setTimeout(() => isClosing || begin(), respawnMilliseconds)
      else begin()
    })
    return worker
  }

  async function setRoutes(next: Route[]): Promise<void> {
    table = next
    await writeJson(options.routesFile, { supervisor, routes: table }, { durable: false })
    await Promise.all([...workers].map((worker) => worker.ask({ type: 'routes', routes: next })))
  }

  /** New workers from the bundle as it is now on disk; the old ones finish what they hold. */
  async function renew(): Promise<void> {
    const old = [...workers]
    await Promise.all(Array.from({ length: workerCount }, begin).map((worker) => worker.listening))
    for (const worker of old) worker.retire()
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
      case '/totals':
        return [...totals.values()]
      case '/sides':
        return [...sides.values()]
      case '/renew':
        await renew()
        return {}
      default:
        throw new Error(`the gate knows no ${request.url}`)
    }
  }

  await Promise.all(Array.from({ length: workerCount }, begin).map((worker) => worker.listening))
  // Workers that outlived another supervisor retire when they read a new name.
  await writeJson(options.routesFile, { supervisor, routes: table }, { durable: false })
  await rm(options.socket, { force: true })
  await listen(control, options.socket)
  return {
    async close() {
      isClosing = true
      control.close()
      control.closeAllConnections()
      for (const worker of workers) worker.retire()
      await Promise.all([...workers].map((worker) => worker.ended))
    },
  }
}

type Question =
  | Omit<Extract<ToWorker, { type: 'routes' }>, 'id'>
  | Omit<Extract<ToWorker, { type: 'drain' }>, 'id'>

class Worker {
  /** It serves the port; also when it died instead. */
  readonly listening: Promise<void>
  readonly ended: Promise<{ wasShort: boolean }>
  isRetired = false
  readonly #child: ChildProcess
  #asked = new Map<number, (active: number) => void>()
  #next = 1

  constructor([file = process.execPath, ...args]: string[], onTallies: (tallies: Tally[]) => void) {
    const startedAt = performance.now()
    // Its own group: a signal to ours must not take the requests along.
    this.#child = fork(file, args, {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: workerNodeOptions,
    })
    const { promise: listening, resolve: setListening } = Promise.withResolvers<void>()
    const { promise: ended, resolve: setEnded } = Promise.withResolvers<{ wasShort: boolean }>()
    this.listening = listening
    this.ended = ended
    this.#child.on('message', (raw) => {
      const message = fromWorker.parse(raw)
      if (message.type === 'listening') setListening()
      else if (message.type === 'tallies') onTallies(message.tallies)
      else {
        this.#asked.get(message.id)?.(message.active)
        this.#asked.delete(message.id)
      }
    })
    this.#child.on('error', () => {})
    this.#child.once('exit', () => {
      for (const answer of this.#asked.values()) answer(0)
      this.#asked.clear()
      setListening()
      setEnded({ wasShort: performance.now() - startedAt < 1000 })
    })
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  retire(): void {
    this.isRetired = true
    this.tell({ type: 'retire' })
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

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
