import { carriageReturn, FieldLines, isValueByte, kind, lineFeed } from './field-lines.ts'
import { type Framing, framing, readLength } from './framing.ts'

/** Node's own limit for what it reads is 16 KB; an app that sets many cookies needs more than it asks for. */
const headBytesMax = 65_536

export type AnswerHead = {
  status: number
  framing: Framing
  /** The app takes another request on this connection. */
  isReusable: boolean
  /** For how long it said that it would wait for one. */
  reuseSeconds: number | undefined
  /** Status line and fields for the client, each ended, without what belongs to one connection, its framing in chunks among it, and without the empty line. */
  text: string
  /** Index behind the head. */
  end: number
}

const lines = new FieldLines()
const versionBytes = Uint8Array.from('HTTP/1.', (char) => char.charCodeAt(0))
const endOfHead = Buffer.from('\r\n\r\n')

/**
 * Reads the head of the answer that lies between `from` and `to`, to a HEAD request or to another. `more` when
 * it has not all come, undefined when it is none.
 */
export function readAnswerHead(
  bytes: Buffer,
  from: number,
  to: number,
  isToHead: boolean,
): AnswerHead | 'more' | undefined {
  const emptyLine = bytes.indexOf(endOfHead, from)
  if (emptyLine < 0 || emptyLine + 4 > to) return to - from > headBytesMax ? undefined : 'more'
  const status = readStatusLine(bytes, from)
  if (!status || lines.read(bytes, status.end)) return undefined
  return readFields(bytes, from, status, isToHead)
}

type StatusLine = { status: number; isOld: boolean; reasonFrom: number; end: number }

function readStatusLine(bytes: Buffer, from: number): StatusLine | undefined {
  for (let i = 0; i < versionBytes.length; i++) if (bytes[from + i] !== versionBytes[i]) return undefined
  const minor = bytes[from + 7]
  if ((minor !== 48 && minor !== 49) || bytes[from + 8] !== 32) return undefined
  let status = 0
  for (let i = 9; i < 12; i++) {
    const digit = (bytes[from + i] ?? 0) - 48
    if (digit < 0 || digit > 9) return undefined
    status = status * 10 + digit
  }
  let at = from + 12
  // RFC 9112 §4: the reason may be empty, and some leave out the space before it.
  if (status < 100 || (bytes[at] !== 32 && bytes[at] !== carriageReturn)) return undefined
  while (isValueByte[bytes[at] ?? 0] === 1) at++
  if (bytes[at] !== carriageReturn || bytes[at + 1] !== lineFeed) return undefined
  return { status, isOld: minor === 48, reasonFrom: from + 8, end: at + 2 }
}

function readFields(
  bytes: Buffer,
  from: number,
  { status, isOld, reasonFrom, end }: StatusLine,
  isToHead: boolean,
): AnswerHead | undefined {
  let length: number | undefined
  let isChunked = false
  let isReusable = !isOld
  let reuseSeconds: number | undefined
  let leftOut: Set<string> | undefined
  let text = isOld ? `HTTP/1.1${bytes.toString('latin1', reasonFrom, end)}` : ''
  let keptFrom = isOld ? end : from
  const isSwitch = status === 101
  for (let i = 0; i < lines.count; i++) {
    const is = lines.kind(i)
    if (is === kind.contentLength) {
      const said = readLength(lines.value(bytes, i))
      if (said === undefined || (length !== undefined && length !== said)) return undefined
      // The same length twice is one length: RFC 9112 §6.3 lets it be put right.
      if (length === undefined) {
        length = said
        continue
      }
    } else if (is === kind.transferEncoding) {
      if (isChunked || lines.value(bytes, i).toLowerCase() !== 'chunked') return undefined
      isChunked = true
    } else if (is === kind.connection) {
      for (const option of lines.value(bytes, i).toLowerCase().split(',')) {
        const name = option.trim()
        if (name === 'close') isReusable = false
        else if (name !== '' && name !== 'keep-alive' && name !== 'upgrade')
          leftOut = (leftOut ?? new Set()).add(name)
      }
      if (isSwitch) continue
    } else if (is === kind.keepAlive) {
      const [, seconds] = /timeout=(\d{1,6})/.exec(lines.value(bytes, i)) ?? []
      if (seconds !== undefined) reuseSeconds = Number(seconds)
    } else if (is === kind.upgrade) {
      if (isSwitch) continue
    } else if (is !== kind.ofOneConnection) continue
    text += bytes.toString('latin1', keptFrom, lines.from(i))
    keptFrom = lines.to(i)
  }
  text += bytes.toString('latin1', keptFrom, lines.end - 2)
  // RFC 9112 §6.3: with both, the chunks are what is true. Which an app means by it nobody knows.
  if (isChunked && length !== undefined) return undefined
  if (leftOut) text = without(text, leftOut)
  return {
    status,
    framing: framingOf(status, isToHead, isChunked, length),
    isReusable,
    reuseSeconds,
    text,
    end: lines.end,
  }
}

function framingOf(
  status: number,
  isToHead: boolean,
  isChunked: boolean,
  length: number | undefined,
): Framing {
  if (isToHead || status < 200 || status === 204 || status === 304) return framing.none
  if (isChunked) return framing.chunked
  if (length === undefined) return framing.untilClose
  return length === 0 ? framing.none : { kind: 'length', bytes: length }
}

/** Fields that the app's Connection named go no further. */
function without(text: string, names: Set<string>): string {
  const [start = '', ...fields] = text.split('\r\n')
  return [start, ...fields.filter((line) => !names.has(line.slice(0, line.indexOf(':')).toLowerCase()))].join(
    '\r\n',
  )
}
