import type { IncomingMessage } from 'node:http'

// RFC 9110 §7.6.1: these belong to one connection and are never passed on.
const ofOneConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'upgrade',
  'expect',
  'http2-settings',
])
// What tells an app who is calling must come from us alone, or anyone could claim to be anyone.
const said = /^(x-forwarded-.*|forwarded|x-real-ip|x-client-ip|true-client-ip)$/

/** Headers for the app, in the flat form of `rawHeaders`: the client's without what it may not say, and ours. */
export function forwardedHeaders(request: IncomingMessage, upgrade: boolean): string[] {
  const headers = passedOn(request.rawHeaders, (name) => said.test(name))
  headers.push('X-Forwarded-For', request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '')
  headers.push('X-Forwarded-Proto', 'http')
  headers.push('X-Forwarded-Host', request.headers.host ?? '')
  if (upgrade) headers.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? '')
  else headers.push('Connection', 'keep-alive')
  return headers
}

/** Headers for the client. Framing is the server's own business, so `transfer-encoding` goes too. */
export function answeredHeaders(answer: IncomingMessage): string[] {
  return passedOn(answer.rawHeaders, (name) => name === 'transfer-encoding')
}

function passedOn(raw: string[], isLeftOut: (name: string) => boolean): string[] {
  const named = new Set<string>()
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue
    for (const name of (raw[i + 1] ?? '').split(',')) named.add(name.trim().toLowerCase())
  }
  const kept: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const lower = name.toLowerCase()
    if (ofOneConnection.has(lower) || named.has(lower) || isLeftOut(lower)) continue
    kept.push(name, raw[i + 1] ?? '')
  }
  return kept
}
