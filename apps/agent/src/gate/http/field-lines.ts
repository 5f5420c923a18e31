const tab = 9
export const lineFeed = 10
export const carriageReturn = 13
export const space = 32
const colon = 58

/** More lines than this are an attack on whoever looks through them. */
const linesMax = 128

/** Bytes of a token, such as a method or a field's name: RFC 9110 §5.6.2. */
export const isTokenByte = new Uint8Array(256)
for (const char of "!#$%&'*+-.^_`|~") isTokenByte[char.charCodeAt(0)] = 1
for (let byte = 0; byte < 128; byte++) {
  if (/[A-Za-z0-9]/.test(String.fromCharCode(byte))) isTokenByte[byte] = 1
}

/** Bytes of a field's value: RFC 9110 §5.5, without the control characters that it lets a recipient refuse. */
export const isValueByte = new Uint8Array(256).fill(1, space)
isValueByte[tab] = 1
isValueByte[127] = 0

/** What a field is to a gate. All else is between client and app. */
export const kind = {
  other: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  upgrade: 5,
  expect: 6,
  keepAlive: 7,
  /** Belongs to one connection, and goes no further: RFC 9110 §7.6.1. */
  ofOneConnection: 8,
  /** Tells an app who is calling. Only we say that, or anyone could claim to be anyone. */
  whoIsCalling: 9,
} as const
type Kind = (typeof kind)[keyof typeof kind]

const named: Record<string, Kind> = {
  host: kind.host,
  'content-length': kind.contentLength,
  'transfer-encoding': kind.transferEncoding,
  connection: kind.connection,
  upgrade: kind.upgrade,
  expect: kind.expect,
  'keep-alive': kind.keepAlive,
  te: kind.ofOneConnection,
  trailer: kind.ofOneConnection,
  'proxy-connection': kind.ofOneConnection,
  'proxy-authenticate': kind.ofOneConnection,
  'proxy-authorization': kind.ofOneConnection,
  'http2-settings': kind.ofOneConnection,
  forwarded: kind.whoIsCalling,
  'x-real-ip': kind.whoIsCalling,
  'x-client-ip': kind.whoIsCalling,
  'true-client-ip': kind.whoIsCalling,
}
const whoIsCallingStart = bytesOf('x-forwarded-')
const byLength: { bytes: Uint8Array; is: Kind }[][] = []
for (const [name, is] of Object.entries(named)) {
  const others = byLength[name.length] ?? []
  byLength[name.length] = [...others, { bytes: bytesOf(name), is }]
}

/**
 * The field lines of one head, as places in its bytes; used again for the next head, so nothing is kept of it.
 * A line that RFC 9112 does not allow is a reason to refuse the whole: what two readers read differently is how
 * a request is smuggled past one of them.
 */
export class FieldLines {
  count = 0
  /** Index behind the empty line that ends the head. */
  end = 0
  /** Of each line: start and end of its name, of its value, and its kind. */
  readonly #places = new Int32Array(linesMax * 5)

  /** Reads from the first line on; the empty line is known to be there. Answers what is wrong, if anything is. */
  read(bytes: Uint8Array, from: number): string | undefined {
    const places = this.#places
    let at = from
    this.count = 0
    while (bytes[at] !== carriageReturn) {
      if (this.count === linesMax) return `It has more than ${linesMax} field lines.`
      const nameFrom = at
      while (isTokenByte[bytes[at] ?? 0] === 1) at++
      if (bytes[at] !== colon || at === nameFrom) return nameIsWrong(bytes, nameFrom, at)
      const nameTo = at++
      while (bytes[at] === space || bytes[at] === tab) at++
      const valueFrom = at
      while (isValueByte[bytes[at] ?? 0] === 1) at++
      if (bytes[at] !== carriageReturn || bytes[at + 1] !== lineFeed)
        return 'A field’s value has a control character in it, or its line does not end with CR LF.'
      let valueTo = at
      while (valueTo > valueFrom && (bytes[valueTo - 1] === space || bytes[valueTo - 1] === tab)) valueTo--
      const place = this.count * 5
      places[place] = nameFrom
      places[place + 1] = nameTo
      places[place + 2] = valueFrom
      places[place + 3] = valueTo
      places[place + 4] = kindOf(bytes, nameFrom, nameTo)
      this.count++
      at += 2
    }
    if (bytes[at + 1] !== lineFeed) return 'A line does not end with CR LF.'
    this.end = at + 2
    return undefined
  }

  kind(line: number): number {
    return this.#places[line * 5 + 4] ?? kind.other
  }
  /** Index of the line's first byte. */
  from(line: number): number {
    return this.#places[line * 5] ?? 0
  }
  /** Index behind the line's CR LF. */
  to(line: number): number {
    return line + 1 < this.count ? this.from(line + 1) : this.end - 2
  }
  name(bytes: Buffer, line: number): string {
    return bytes.toString('latin1', this.from(line), this.#places[line * 5 + 1]).toLowerCase()
  }
  /** Without the spaces around it. */
  value(bytes: Buffer, line: number): string {
    return bytes.toString('latin1', this.#places[line * 5 + 2], this.#places[line * 5 + 3])
  }
}

function kindOf(bytes: Uint8Array, from: number, to: number): Kind {
  const candidates = byLength[to - from]
  if (candidates) {
    for (const { bytes: name, is } of candidates) {
      const found = sameName(bytes, from, name)
      if (found === 'as written') return is
      // Apps that take names from variables read `X_Real_IP` as `X-Real-IP`; nobody else writes it so.
      if (found === 'with underscores') return kind.whoIsCalling
    }
  }
  return to - from > whoIsCallingStart.length && sameName(bytes, from, whoIsCallingStart)
    ? kind.whoIsCalling
    : kind.other
}

function sameName(
  bytes: Uint8Array,
  from: number,
  name: Uint8Array,
): 'as written' | 'with underscores' | undefined {
  let hasUnderscore = false
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[from + i] ?? 0
    // Bit 5 makes a letter small; '-' and digits have it already.
    if ((byte | 32) === name[i]) continue
    if (byte !== underscore || name[i] !== hyphen) return undefined
    hasUnderscore = true
  }
  return hasUnderscore ? 'with underscores' : 'as written'
}
const underscore = 95
const hyphen = 45

function nameIsWrong(bytes: Uint8Array, from: number, at: number): string {
  if (at === from && (bytes[at] === space || bytes[at] === tab))
    return 'A line begins with a space: a folded field is obsolete, and read differently by everyone.'
  if (bytes[at] === space || bytes[at] === tab)
    return 'There is a space between a field’s name and its colon.'
  return 'A field’s name is empty or has a character that no name has.'
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
