/** What this side speaks. Raised when a message changes in a way that the other side must know about. */
export const protocolVersion = 6

/** A host takes the present agent when it next boots, so the version before ours is spoken too. */
export const protocolOldest = Math.max(1, protocolVersion - 1)

/** Which way out there is for an agent that says `hello` with this number. */
export function speaks(protocol: number): 'current' | 'previous' | 'too-old' | 'too-new' {
  if (protocol === protocolVersion) return 'current'
  if (protocol > protocolVersion) return 'too-new'
  return protocol >= protocolOldest ? 'previous' : 'too-old'
}
