/** Runs at most `max` things at a time, the others in the order in which they came. */
export function atMost(max: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = max
  const waiting: Array<() => void> = []
  return async (run) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
