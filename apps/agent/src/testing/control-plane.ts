import { type HostCommandId, newId } from '@slipway/core'
import {
  type AgentMessage,
  type ApiMessage,
  agentMessage,
  type CommandOutcome,
  type HostCommandInput,
  hostCommand,
} from '@slipway/protocol'
import { type WebSocket, WebSocketServer } from 'ws'

/** The api's end of the wire, which believes every agent: for tests of the agent alone. */
export async function controlPlane() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const heard: AgentMessage[] = []
  const results = new Map<string, CommandOutcome>()
  const waiting = new Map<string, ApiMessage>()
  let isAcknowledging = true
  let current: WebSocket | undefined
  server.on('connection', (socket) => {
    const say = (message: ApiMessage) => socket.send(JSON.stringify(message))
    socket.on('message', (data) => {
      const message = agentMessage.parse(JSON.parse(String(data)))
      heard.push(message)
      switch (message.type) {
        case 'hello':
          return say({ type: 'challenge', nonce: '0'.repeat(64), identity: false })
        case 'proof':
          current = socket
          say({ type: 'welcome', protocol: 1 })
          for (const command of waiting.values()) say(command)
          return
        case 'result':
          results.set(message.id, message.outcome)
          waiting.delete(message.id)
          return say({ type: 'result-stored', id: message.id })
        case 'logs':
          return isAcknowledging
            ? say({
                type: 'logs-stored',
                stream: message.stream,
                source: message.source,
                sequence: message.sequence,
              })
            : undefined
        case 'alive':
          return isAcknowledging
            ? say({ type: 'alive-stored', boot: message.boot, sequence: message.sequence })
            : undefined
      }
    })
  })
  return {
    endpoint: `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/agent`,
    heard,
    results,
    acknowledge(is: boolean) {
      isAcknowledging = is
    },
    command(
      command: HostCommandInput,
      fence = 1,
      deadlineSeconds = 60,
      id: HostCommandId = newId('hostCommand'),
    ): HostCommandId {
      const message: ApiMessage = {
        type: 'command',
        id,
        fence,
        deadlineSeconds,
        command: hostCommand.parse(command),
      }
      waiting.set(id, message)
      current?.send(JSON.stringify(message))
      return id
    },
    /** How a command ended. Throws when it did not within a minute. */
    async result(id: string, seconds = 60): Promise<CommandOutcome> {
      for (let i = 0; i < seconds * 50; i++) {
        const outcome = results.get(id)
        if (outcome) return outcome
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error(`${id} did not end`)
    },
    lines(stream: string): string[] {
      return heard.flatMap((message) =>
        message.type === 'logs' && message.stream === stream ? message.lines.map(({ text }) => text) : [],
      )
    },
    /** Ends what is connected; agents come back. */
    drop() {
      for (const socket of server.clients) socket.terminate()
    },
    async close() {
      for (const socket of server.clients) socket.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
export type ControlPlane = Awaited<ReturnType<typeof controlPlane>>
