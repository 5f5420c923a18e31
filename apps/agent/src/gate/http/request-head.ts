import { carriageReturn, FieldLines, isTokenByte, kind, lineFeed, space } from './field-lines.ts'
import { type Framing, framing, readLength } from './framing.ts'
import { type Refusal, refused } from './refusal.ts'

/** As much as nginx takes by default (four lines of 8 KB); HAProxy takes 16 KB. */
export const headBytesMax = 32_768
const targetBytesMax = 16_384
const methodBytesMax = 32

export type RequestHead = {
  /** HEAD: its answer has no body, whatever it says. */
  isHead: boolean
  /** Of an HTTP/1.0 client, which knows neither chunks nor 1xx. */
  isOld: boolean
  /** As it was sent; empty where an HTTP/1.0 client sent none. */
  host: string
  framing: Framing
  wantsClose: boolean
  isUpgrade: boolean
  /** Request line and fields for the app, each ended, without what only we say to it and without the empty line. */
  text: string
  /** Index behind the head. */
  end: number
}

const lines = new FieldLines()
const versionBytes = Uint8Array.from('HTTP/1.', (char) => char.charCodeAt(0))
const endOfHead = Buffer.from('\r\n\r\n')

/**
 * Reads the head of the request at the start of `bytes`, as strictly as RFC 9112 lets a server be. `more` when it
 * has not all come; the bytes before `seen` have been looked at by an earlier call.
 */
export function readRequestHead(bytes: Buffer, seen = 0): RequestHead | Refusal | 'more' {
  // RFC 9112 §2.2: an empty line before a request is ignored. One, so that they are no way to keep a server busy.
  const from = bytes[0] === carriageReturn && bytes[1] === lineFeed ? 2 : 0
  const end = bytes.indexOf(endOfHead, Math.max(from, seen - 3))
  if (end < 0) return notYet(bytes, from, seen)
  if (end + 4 - from > headBytesMax) return tooLarge(bytes, from)
  const line = readRequestLine(bytes, from)
  if ('status' in line) return line
  const wrong = lines.read(bytes, line.end)
  if (wrong) return refused(400, wrong)
  return readFields(bytes, from, line)
}

/** What can be said of a head that has not all come: nothing yet, or that it will never be one. */
function notYet(bytes: Buffer, from: number, seen: number): Refusal | 'more' {
  if (bytes.length - from > headBytesMax) return tooLarge(bytes, from)
  const first = bytes[from]
  if (first !== undefined && isTokenByte[first] !== 1 && !(from === 0 && first === carriageReturn))
    return refused(400, 'It does not begin with a method. Is it HTTPS, or another protocol?')
  for (let at = bytes.indexOf(lineFeed, seen); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at - 1] !== carriageReturn) return refused(400, 'A line ends with LF alone, not with CR LF.')
  }
  return 'more'
}

function tooLarge(bytes: Buffer, from: number): Refusal {
  const lineEnd = bytes.indexOf(lineFeed, from)
  return lineEnd < 0 || lineEnd - from > targetBytesMax
    ? refused(414, `Its first line is longer than ${targetBytesMax} bytes.`)
    : refused(431, `Its head is longer than ${headBytesMax} bytes.`)
}

type RequestLine = { methodTo: number; targetTo: number; isOld: boolean; end: number }

function readRequestLine(bytes: Buffer, from: number): RequestLine | Refusal {
  let at = from
  while (isTokenByte[bytes[at] ?? 0] === 1) at++
  const methodTo = at
  if (bytes[at] !== space || at === from || at - from > methodBytesMax)
    return refused(400, 'It does not begin with a method and one space.')
  at++
  // Visible characters of ASCII; browsers send some that RFC 3986 would have escaped. A fragment is for the client alone.
  while (isTargetByte(bytes[at] ?? 0)) at++
  const targetTo = at
  if (targetTo === methodTo + 1) return refused(400, 'It names no target.')
  if (bytes[at] !== space)
    return refused(400, 'Its target has a character that is to be escaped, or no version follows it.')
  if (targetTo - from > targetBytesMax)
    return refused(414, `Its first line is longer than ${targetBytesMax} bytes.`)
  at++
  for (let i = 0; i < versionBytes.length; i++, at++) {
    if (bytes[at] !== versionBytes[i]) return notOurVersion(bytes, targetTo + 1)
  }
  const minor = bytes[at]
  if ((minor !== 48 && minor !== 49) || bytes[at + 1] !== carriageReturn || bytes[at + 2] !== lineFeed)
    return notOurVersion(bytes, targetTo + 1)
  return { methodTo, targetTo, isOld: minor === 48, end: at + 3 }
}

const hash = 35
const isTargetByte = (byte: number) => byte > space && byte < 127 && byte !== hash

function notOurVersion(bytes: Buffer, from: number): Refusal {
  const rest = bytes.toString('latin1', from, from + 12)
  return /^HTTP\/\d\.\d\r\n/.test(rest)
    ? refused(505, 'It is not of HTTP/1.0 or HTTP/1.1.')
    : refused(400, 'Its first line does not end with a version such as HTTP/1.1.')
}

const neverHopByHop = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'content-type',
  'authorization',
])

function readFields(bytes: Buffer, from: number, line: RequestLine): RequestHead | Refusal {
  const { isOld } = line
  let host: string | undefined
  let length: number | undefined
  let isChunked = false
  let wantsClose = isOld
  let wantsUpgrade = false
  let upgrade: string | undefined
  let leftOut: Set<string> | undefined
  let expects = -1
  for (let i = 0; i < lines.count; i++) {
    switch (lines.kind(i)) {
      case kind.host:
        if (host !== undefined) return refused(400, 'It names two hosts.')
        host = lines.value(bytes, i)
        if (!isHost.test(host)) return refused(400, 'Its Host is not the name of one.')
        break
      case kind.contentLength: {
        if (length !== undefined) return refused(400, 'It has two lengths.')
        length = readLength(lines.value(bytes, i))
        if (length === undefined) return refused(400, 'Its length is not a number of bytes.')
        break
      }
      case kind.transferEncoding: {
        const coding = lines.value(bytes, i).toLowerCase()
        if (isChunked) return refused(400, 'It has two transfer codings.')
        if (isOld) return refused(400, 'HTTP/1.0 has no transfer codings.')
        if (coding !== 'chunked') return refused(501, 'Its transfer coding is not “chunked” alone.')
        isChunked = true
        break
      }
      case kind.connection:
        for (const option of lines.value(bytes, i).toLowerCase().split(',')) {
          const name = option.trim()
          if (name === 'close') wantsClose = true
          else if (name === 'upgrade') wantsUpgrade = true
          else if (neverHopByHop.has(name))
            return refused(400, `Its Connection names ${name}, which belongs to the request.`)
          else if (name !== '' && name !== 'keep-alive') leftOut = (leftOut ?? new Set()).add(name)
        }
        break
      case kind.upgrade:
        if (upgrade !== undefined) return refused(400, 'It asks for two upgrades.')
        upgrade = lines.value(bytes, i)
        break
      case kind.expect:
        if (expects >= 0 || lines.value(bytes, i).toLowerCase() !== '100-continue')
          return refused(417, 'It expects something else than 100-continue.')
        expects = i
        break
    }
  }
  if (length !== undefined && isChunked) return refused(400, 'It has a length and is chunked.')
  if (host === undefined && !isOld) return refused(400, 'It names no host.')
  // RFC 9110 §7.8; HTTP/2 would pass by everything that is seen to here.
  const isUpgrade = wantsUpgrade && upgrade !== undefined && !isOld && !/h2c/i.test(upgrade)
  if (isUpgrade && (isChunked || (length ?? 0) > 0))
    return refused(400, 'It has a body and asks for an upgrade.')
  const method = bytes.toString('latin1', from, line.methodTo)
  const start = startOf(bytes, from, line, method, host)
  if (typeof start !== 'string') return start
  const keepsExpect = expects >= 0 && !isOld
  let text = start
  let keptFrom = line.end
  for (let i = 0; i < lines.count; i++) {
    const is = lines.kind(i)
    const isKept =
      (is === kind.other && !leftOut?.has(lines.name(bytes, i))) ||
      is === kind.host ||
      (is === kind.expect && keepsExpect)
    if (isKept) continue
    text += bytes.toString('latin1', keptFrom, lines.from(i))
    keptFrom = lines.to(i)
  }
  text += bytes.toString('latin1', keptFrom, lines.end - 2)
  // Where the request ends is said anew, in the one way that all read alike.
  if (isChunked) text += 'Transfer-Encoding: chunked\r\n'
  else if (length !== undefined) text += `Content-Length: ${length}\r\n`
  if (isUpgrade) text += `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`
  return {
    isHead: method === 'HEAD',
    isOld,
    host: host ?? '',
    framing: isChunked ? framing.chunked : length ? { kind: 'length', bytes: length } : framing.none,
    wantsClose,
    isUpgrade,
    text,
    end: lines.end,
  }
}

/** A name or an address in brackets, and a port: RFC 3986 §3.2.2, without what a Host never has. */
const isHost = /^(?:[\w.~!$&'()*+;=%-]*|\[[\da-f:.]+\])(?::\d{0,5})?$/i

/** The request line as the app gets it: HTTP/1.1 and a path, since apps look for nothing else. */
function startOf(
  bytes: Buffer,
  from: number,
  line: RequestLine,
  method: string,
  host: string | undefined,
): string | Refusal {
  const { methodTo, targetTo, isOld, end } = line
  const first = bytes[methodTo + 1]
  if (method === 'CONNECT') return refused(501, 'No tunnels are made here.')
  if (first === slash && !isOld) return bytes.toString('latin1', from, end)
  const target = bytes.toString('latin1', methodTo + 1, targetTo)
  if (first === slash || (target === '*' && method === 'OPTIONS')) return `${method} ${target} HTTP/1.1\r\n`
  const [, authority, path = ''] = /^https?:\/\/([^/?]+)(.*)$/i.exec(target) ?? []
  if (authority === undefined) return refused(400, 'Its target is neither a path nor an http address.')
  if (host !== undefined && authority.toLowerCase() !== host.toLowerCase())
    return refused(400, 'Its target and its Host name two hosts.')
  return `${method} ${path.startsWith('/') ? path : `/${path}`} HTTP/1.1\r\n`
}
const slash = 47
