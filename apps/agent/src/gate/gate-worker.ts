import { readFileSync, watchFile } from 'node:fs'
import net from 'node:net'
import { Client } from './client.ts'
import { answerOf, pages } from './pages.ts'
import { Passage } from './passage.ts'
import { type FromWorker, type Route, routes, toWorker } from './route.ts'

/** Each costs about 8 KB with nothing in it. */
const clientsMax = 20_000
/** A retired worker's connections are closed then, whoever still uses them. */
const retireMilliseconds = 600_000

/**
 * A process in which requests pass; several share the gate's port (SO_REUSEPORT), so that one's death does not
 * close it. Routes come from the supervisor; when that one is gone they are read from the file, until a new
 * supervisor has started new workers.
 */
export function runGateWorker(options: { port: number; routesFile: string; host?: string }): void {
  const passage = new Passage()
  const clients = new Set<Client>()
  let isListening = false

  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (clients.size >= clientsMax) {
      socket.on('error', () => {})
      const room = { wantsHtml: false, isHead: false, closes: true }
      return void socket.end(answerOf(pages.tooManyClients(), room), () => socket.destroy())
    }
    const client: Client = new Client(socket, passage, () => clients.delete(client))
    clients.add(client)
  })
  // The port is someone else's: the supervisor tries again.
  server.once('error', () => process.exit(1))

  /** Ends once everything here is answered. */
  function retire(): void {
    if (passage.isRetiring) return
    passage.isRetiring = true
    server.close()
    const endsAt = performance.now() + retireMilliseconds
    const timer = setInterval(() => {
      let isBusy = false
      for (const client of clients) {
        if (client.isIdle) client.close()
        else isBusy = true
      }
      if (isBusy && performance.now() < endsAt) return
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
        passage.setRoutes(message.routes)
        listen()
        return void say({ type: 'done', id: message.id, active: 0 })
      case 'drain':
        return void passage
          .drain(message.port, message.milliseconds)
          .then((left) => say({ type: 'done', id: message.id, active: left }))
      case 'retire':
        return retire()
    }
  })
  process.once('disconnect', () => {
    if (!passage.isRetiring) serveAlone()
  })
  // A signal meant for the group of the supervisor is not for us: requests are with us.
  process.on('SIGTERM', () => {})
  process.on('SIGINT', () => {})
  setInterval(() => {
    const now = performance.now()
    for (const client of clients) client.sweep(now)
    passage.sweep(now)
    const tallies = passage.takeTallies()
    if (tallies.length > 0) say({ type: 'tallies', tallies })
  }, 1000).unref()
  /** Not before there are routes: nobody shall read that there is no such service. */
  function listen(): void {
    if (isListening || passage.isRetiring) return
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
      passage.setRoutes(now.routes)
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
