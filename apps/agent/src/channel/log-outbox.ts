import { randomUUID } from 'node:crypto'
import type { Clock } from '@slipway/core'
import type { AgentMessage, LogLine } from '@slipway/protocol'

type Logs = Extract<AgentMessage, { type: 'logs' }>
type Line = Omit<LogLine, 'at'>
type OpenLine = { line: LogLine; onStored?: (() => void) | undefined }

/** All that waits to be stored, over all streams. Above it lines are dropped, loudly. */
const heldCharactersMax = 8 * 1_048_576
/** Writers that can wait (files) stop at half of it, so that those who cannot have the rest. */
const roomCharacters = heldCharactersMax / 2
const chunkCharactersMax = 128 * 1024
const chunkLinesMax = 500

/**
 * Log lines on their way to the api, kept until it says that they are stored. Chunks are numbered per start of
 * the agent and are sent again unchanged after a reconnect, so that each is stored once.
 */
export class LogOutbox {
  readonly source = randomUUID()
  readonly #clock: Clock
  #open = new Map<string, OpenLine[]>()
  #chunks = new Map<
    number,
    { message: Logs; characters: number; isSent: boolean; onStored: Array<() => void> }
  >()
  #next = 0
  #held = 0
  #dropped = new Map<string, number>()
  #send: ((message: Logs) => boolean) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  hasRoom(): boolean {
    return this.#held < roomCharacters
  }

  /** `onStored` runs once the api has stored the last of these lines, or it was dropped. */
  write(stream: string, lines: Line[], onStored?: () => void): void {
    const at = this.#clock.now().toISOString()
    const open = this.#open.get(stream) ?? []
    this.#open.set(stream, open)
    for (const [index, line] of lines.entries()) {
      const isLast = index === lines.length - 1
      if (this.#held + line.text.length > heldCharactersMax) {
        this.#dropped.set(stream, (this.#dropped.get(stream) ?? 0) + 1)
        if (isLast) onStored?.()
        continue
      }
      const dropped = this.#dropped.get(stream)
      if (dropped) {
        const text = `… ${dropped} lines were dropped here: they came faster than they could be sent`
        open.push({ line: { at, text, level: 'slipway' } })
        this.#dropped.delete(stream)
      }
      open.push({ line: { at, ...line }, onStored: isLast ? onStored : undefined })
      this.#held += line.text.length
    }
  }

  /** Packs what was written and sends what was not. Called often: five times a second. */
  flush(): void {
    for (const [stream, lines] of this.#open) {
      while (lines.length > 0) this.#pack(stream, lines)
      this.#open.delete(stream)
    }
    if (!this.#send) return
    for (const chunk of this.#chunks.values()) {
      if (chunk.isSent) continue
      if (!this.#send(chunk.message)) return
      chunk.isSent = true
    }
  }

  /** A channel is there: everything that is not known to be stored is said again. */
  connected(send: (message: Logs) => boolean): void {
    this.#send = send
    for (const chunk of this.#chunks.values()) chunk.isSent = false
    this.flush()
  }

  disconnected(): void {
    this.#send = undefined
  }

  stored(source: string, sequence: number): void {
    const chunk = source === this.source ? this.#chunks.get(sequence) : undefined
    if (!chunk) return
    for (const tell of chunk.onStored) tell()
    this.#chunks.delete(sequence)
    this.#held -= chunk.characters
  }

  /** Resolves once all is stored, or when the time is over. */
  async drained(milliseconds: number): Promise<void> {
    const until = performance.now() + milliseconds
    this.flush()
    while (this.#chunks.size > 0 && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20))
  }

  #pack(stream: string, lines: OpenLine[]): void {
    let characters = 0
    let count = 0
    for (const { line } of lines) {
      if (count >= chunkLinesMax || (count > 0 && characters + line.text.length > chunkCharactersMax)) break
      characters += line.text.length
      count++
    }
    const sequence = this.#next++
    const packed = lines.splice(0, count)
    const message: Logs = {
      type: 'logs',
      stream,
      source: this.source,
      sequence,
      lines: packed.map(({ line }) => line),
    }
    const onStored = packed.flatMap((one) => (one.onStored ? [one.onStored] : []))
    this.#chunks.set(sequence, { message, characters, isSent: false, onStored })
  }
}
