import { carriageReturn, isTokenByte, isValueByte, lineFeed, space } from './field-lines.ts'
import type { Framing } from './framing.ts'

/** Thirteen hexadecimal digits are more than any disk holds, and exact in a number. */
const sizeDigitsMax = 13
/** Extensions of one chunk, or all trailers: nobody sends so many in earnest. */
const extraBytesMax = 8192

const tab = 9
const colon = 58
const semicolon = 59
const zero = 48

const state = {
  size: 0,
  extension: 1,
  sizeLineFeed: 2,
  data: 3,
  dataReturn: 4,
  dataLineFeed: 5,
  trailerStart: 6,
  trailerName: 7,
  trailerValue: 8,
  trailerLineFeed: 9,
  lastLineFeed: 10,
  done: 11,
} as const

/**
 * A body on its way through. `read` is given the bytes as they come and tells which of them go on: all, but for
 * the extensions of chunks and for trailers, which RFC 9112 §7.1.1 and RFC 9110 §6.5.1 let a gate leave out, and
 * which whoever comes next might read differently.
 */
export class Body {
  isDone: boolean
  readonly #framing: Framing
  /** Only the data go on, without the frames of their chunks: for one who does not know chunks. */
  readonly #isBare: boolean
  #left: number
  #state: number = state.size
  #digits = 0
  #extra = 0

  constructor(framing: Framing, { isBare = false }: { isBare?: boolean } = {}) {
    this.#framing = framing
    this.#isBare = isBare
    this.#left = framing.kind === 'length' ? framing.bytes : 0
    this.isDone = framing.kind === 'none' || (framing.kind === 'length' && framing.bytes === 0)
  }

  /** Whether the other side ends the body by closing its connection. */
  get endsWithConnection(): boolean {
    return this.#framing.kind === 'until close'
  }

  /**
   * Calls `pass` with the first and the last but one index of each run that goes on. Answers the index of the
   * first byte behind the body, `to` while it goes on, or undefined when its chunks are broken.
   */
  read(
    bytes: Uint8Array,
    from: number,
    to: number,
    pass: (from: number, to: number) => void,
  ): number | undefined {
    switch (this.#framing.kind) {
      case 'none':
        return from
      case 'until close':
        if (to > from) pass(from, to)
        return to
      case 'length': {
        const end = Math.min(to, from + this.#left)
        this.#left -= end - from
        this.isDone = this.#left === 0
        if (end > from) pass(from, end)
        return end
      }
      case 'chunked':
        return this.#readChunks(bytes, from, to, pass)
    }
  }

  #readChunks(
    bytes: Uint8Array,
    from: number,
    to: number,
    pass: (from: number, to: number) => void,
  ): number | undefined {
    /** Where the run that goes on began, or -1 between two runs. */
    let run = this.#goesOn() ? from : -1
    const pause = (at: number) => {
      if (run >= 0 && at > run) pass(run, at)
      run = -1
    }
    let at = from
    while (at < to) {
      const byte = bytes[at] ?? 0
      switch (this.#state) {
        case state.size: {
          const digit = hexDigit(byte)
          if (digit >= 0) {
            if (++this.#digits > sizeDigitsMax) return undefined
            this.#left = this.#left * 16 + digit
          } else if (this.#digits === 0) return undefined
          else if (byte === carriageReturn) this.#state = state.sizeLineFeed
          else if (byte === semicolon) {
            pause(at)
            this.#extra = 0
            this.#state = state.extension
          } else return undefined
          break
        }
        case state.extension:
          if (byte === carriageReturn) {
            if (!this.#isBare) run = at
            this.#state = state.sizeLineFeed
          } else if (isValueByte[byte] !== 1 || ++this.#extra > extraBytesMax) return undefined
          break
        case state.sizeLineFeed:
          if (byte !== lineFeed) return undefined
          if (this.#left > 0) {
            this.#state = state.data
            if (this.#isBare) run = at + 1
          } else {
            this.#extra = 0
            this.#state = state.trailerStart
            // The empty line goes on; what may stand before it does not.
            pause(at + 1)
          }
          this.#digits = 0
          break
        case state.data: {
          const end = Math.min(to, at + this.#left)
          this.#left -= end - at
          if (this.#left === 0) this.#state = state.dataReturn
          at = end
          if (this.#left === 0 && this.#isBare) pause(at)
          continue
        }
        case state.dataReturn:
          if (byte !== carriageReturn) return undefined
          this.#state = state.dataLineFeed
          break
        case state.dataLineFeed:
          if (byte !== lineFeed) return undefined
          this.#state = state.size
          break
        case state.trailerStart:
          if (byte === carriageReturn) {
            if (!this.#isBare) run = at
            this.#state = state.lastLineFeed
          } else if (isTokenByte[byte] === 1) this.#state = state.trailerName
          else return undefined
          break
        case state.trailerName:
          if (++this.#extra > extraBytesMax) return undefined
          if (byte === colon) this.#state = state.trailerValue
          else if (isTokenByte[byte] !== 1) return undefined
          break
        case state.trailerValue:
          if (++this.#extra > extraBytesMax) return undefined
          if (byte === carriageReturn) this.#state = state.trailerLineFeed
          else if (isValueByte[byte] !== 1 && byte !== tab && byte !== space) return undefined
          break
        case state.trailerLineFeed:
          if (byte !== lineFeed) return undefined
          this.#state = state.trailerStart
          break
        case state.lastLineFeed:
          if (byte !== lineFeed) return undefined
          this.#state = state.done
          this.isDone = true
          pause(at + 1)
          return at + 1
      }
      at++
    }
    pause(at)
    return at
  }

  /** Whether bytes in the present state are among those that go on. */
  #goesOn(): boolean {
    switch (this.#state) {
      case state.data:
        return true
      case state.size:
      case state.sizeLineFeed:
      case state.dataReturn:
      case state.dataLineFeed:
      case state.lastLineFeed:
        return !this.#isBare
      default:
        return false
    }
  }
}

function hexDigit(byte: number): number {
  if (byte >= zero && byte <= 57) return byte - zero
  const small = byte | 32
  return small >= 97 && small <= 102 ? small - 87 : -1
}
