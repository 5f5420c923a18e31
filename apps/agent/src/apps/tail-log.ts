import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { logLineLengthMax } from '@slipway/protocol'

/** A service's file is cut when it is read and larger than this, and unread when larger than the second. */
const readBytesMax = 16 * 1_048_576
const unreadBytesMax = 128 * 1_048_576
const pieceBytes = 256 * 1024

/**
 * Reads what a process adds to its log file. The file is the buffer: nothing is read while `hasRoom` says no,
 * so a channel that is away costs no memory, and what the disk must not hold is dropped with a line saying so.
 */
export class LogTail {
  #fd: number
  #offset: number
  #rest = ''
  #decoder = new StringDecoder('utf8')

  /** `offset` is where an earlier agent stopped. */
  constructor(file: string, offset = 0) {
    this.#fd = openSync(file, 'r+')
    this.#offset = Math.min(offset, fstatSync(this.#fd).size)
  }

  /** Up to the end of the last whole line. */
  get offset(): number {
    return Math.max(0, this.#offset - Buffer.byteLength(this.#rest))
  }

  /** The whole lines that came since; at most a piece at a time. */
  read(hasRoom: boolean): string[] {
    const { size } = fstatSync(this.#fd)
    if (size < this.#offset) this.#offset = 0
    if (!hasRoom) return size - this.#offset > unreadBytesMax ? this.#drop(size) : []
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size - this.#offset))
    const read = piece.length > 0 ? readSync(this.#fd, piece, 0, piece.length, this.#offset) : 0
    this.#offset += read
    if (read > 0 && this.#offset === size && size > readBytesMax) {
      // The process appends, so it goes on at the new end. What it writes between these two calls is lost.
      ftruncateSync(this.#fd, 0)
      this.#offset = 0
    }
    return this.#lines(this.#decoder.write(piece.subarray(0, read)))
  }

  /** The line without an end that is left when the process is gone. */
  close(): string[] {
    closeSync(this.#fd)
    return this.#rest === '' ? [] : [this.#rest]
  }

  #lines(text: string): string[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > logLineLengthMax) {
      lines.push(this.#rest)
      this.#rest = ''
    }
    return lines.map((line) => shortened(line.endsWith('\r') ? line.slice(0, -1) : line))
  }

  #drop(size: number): string[] {
    const lost = size - this.#offset
    ftruncateSync(this.#fd, 0)
    this.#offset = 0
    this.#rest = ''
    return [
      `… ${Math.round(lost / 1_048_576)} MB of log lines were dropped: they could not be sent for too long`,
    ]
  }
}

export function shortened(line: string): string {
  return line.length <= logLineLengthMax
    ? line
    : `${line.slice(0, logLineLengthMax)}… (${line.length - logLineLengthMax} more characters)`
}

/** The last lines of a file, for an error; empty when there is none. */
export function lastLines(file: string, count: number): string[] {
  try {
    const fd = openSync(file, 'r')
    try {
      const { size } = fstatSync(fd)
      const piece = Buffer.alloc(Math.min(size, 32 * 1024))
      readSync(fd, piece, 0, piece.length, size - piece.length)
      const lines = piece.toString('utf8').split('\n')
      if (size > piece.length) lines.shift()
      return lines
        .filter((line) => line.trim() !== '')
        .slice(-count)
        .map((line) => line.slice(0, 1000))
    } finally {
      closeSync(fd)
    }
  } catch {
    return []
  }
}
