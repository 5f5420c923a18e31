import type { AgentMessage } from '@slipway/protocol'

/**
 * Where a connection stands. greeted: it said who it claims to be and got a nonce; judged: its proof lies with
 * the worker; open: everything it says now belongs to the host it proved to be.
 */
export type Standing = 'new' | 'greeted' | 'judged' | 'open'

const before: ReadonlyMap<AgentMessage['type'], Standing> = new Map([
  ['hello', 'new'],
  ['proof', 'greeted'],
])

/** Each message has one standing in which it may be said. Anything else ends the connection. */
export function maySay(standing: Standing, type: AgentMessage['type']): boolean {
  return standing === (before.get(type) ?? 'open')
}
