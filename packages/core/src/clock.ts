/** Where the time comes from. Given as an argument, so that a test and the sandbox can move it. */
export type Clock = { now(): Date }

/** The machine's own time: for leases, sessions and signatures, which others check by theirs. */
export const realClock: Clock = { now: () => new Date() }

/** A clock that stands until it is moved, for tests. */
export function stoppedClock(
  start: Date,
): Clock & { advance(milliseconds: number): void; set(at: Date): void } {
  let at = start
  return {
    now: () => at,
    advance(milliseconds) {
      at = new Date(at.getTime() + milliseconds)
    },
    set(to) {
      at = to
    },
  }
}

/**
 * The product's clock: real time plus an offset that is read again and again from wherever `readOffset`
 * finds it (one row, zero in production). Only forward: a smaller offset than the last is ignored, so that
 * timers and months never run twice. `stop` ends the reading.
 */
export function offsetClock(
  readOffset: () => Promise<number>,
  everyMilliseconds = 1000,
): Clock & { refresh(): Promise<void>; stop(): void } {
  let offset = 0
  const refresh = async () => {
    offset = Math.max(offset, await readOffset())
  }
  const timer = setInterval(() => {
    refresh().catch(() => {
      // The offset stays what it was; the database being away is reported by whoever needs it.
    })
  }, everyMilliseconds)
  timer.unref()
  return { now: () => new Date(Date.now() + offset), refresh, stop: () => clearInterval(timer) }
}
