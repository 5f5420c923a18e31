/**
 * The client's address: the peer's, or what our own router in front says when the peer is on a private network.
 * Only the last entry of X-Forwarded-For is the router's word; the rest is whatever the client sent.
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | null): string {
  const address = plain(peer ?? 'unknown')
  if (!isPrivate(address) || forwardedFor === null) return address
  return plain(forwardedFor.split(',').at(-1)?.trim() || address)
}

function plain(address: string): string {
  return address.replace(/^::ffff:/, '')
}

function isPrivate(address: string): boolean {
  return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/.test(address)
}
