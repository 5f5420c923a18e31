import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { commandChannel, enrolmentChannel } from '@slipway/hosts'
import { frameBytesMax } from '@slipway/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { atMost } from './agent-channel/at-most.ts'
import { Connection } from './agent-channel/connection.ts'
import type { ChannelDependencies } from './agent-channel/dependencies.ts'

export const agentPath = '/agent'

const pingMilliseconds = 20_000
/** When all agents come back at once they queue here, and people's requests find the database free. */
const handledAtOnceMax = 6
/** Connections at a time, proven or not; a hello costs a query. */
const connectionsMax = 5_000

/**
 * Takes the WebSockets of agents at `/agent` of this server; all other upgrades are left to others. New commands
 * reach their host by NOTIFY, whichever process wrote them. `close` ends the connections and waits for what was
 * being stored.
 */
export async function attachAgentChannel(
  server: Server,
  deps: ChannelDependencies,
): Promise<{ close(): Promise<void> }> {
  const connections = new Set<Connection>()
  const inTurn = atMost(handledAtOnceMax)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
    clientTracking: true,
  })
  const alive = new WeakSet<WebSocket>()

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (new URL(request.url ?? '/', 'http://localhost').pathname !== agentPath) return
    // An agent is no browser: what comes with an origin is a page that tries its luck.
    if (request.headers.origin !== undefined || connections.size >= connectionsMax) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (ws) => begin(ws))
  }
  const begin = (ws: WebSocket) => {
    const connection = new Connection(ws, deps, inTurn)
    connections.add(connection)
    alive.add(ws)
    ws.on('pong', () => alive.add(ws))
    ws.on('ping', () => alive.add(ws))
    ws.once('close', () => connections.delete(connection))
  }
  server.on('upgrade', onUpgrade)

  const pinging = setInterval(() => {
    for (const ws of sockets.clients) {
      if (!alive.has(ws)) ws.terminate()
      else {
        alive.delete(ws)
        ws.ping()
      }
    }
  }, pingMilliseconds)

  const all = (what: (connection: Connection) => void) => {
    for (const connection of connections) what(connection)
  }
  const commands = await deps.db.listen(
    commandChannel,
    (hostId) => all((connection) => connection.hostId === hostId && connection.pushCommands()),
    () => all((connection) => connection.pushCommands()),
  )
  const judgements = await deps.db.listen(
    enrolmentChannel,
    (id) => all((connection) => connection.enrolmentId === id && connection.lookAtJudgement()),
    () => all((connection) => connection.lookAtJudgement()),
  )
  return {
    async close() {
      server.off('upgrade', onUpgrade)
      clearInterval(pinging)
      await Promise.all([commands.stop(), judgements.stop()])
      const open = [...connections]
      for (const connection of open) connection.end()
      for (const ws of sockets.clients) ws.terminate()
      await new Promise((resolve) => setTimeout(resolve, 20))
      await Promise.all(open.map((connection) => connection.settled()))
      sockets.close()
    },
  }
}
