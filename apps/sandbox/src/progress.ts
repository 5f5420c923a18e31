/** Where a start says how it goes: one line a part, with its time. */
export type Progress = {
  part<T>(name: string, start: () => Promise<T>, detail?: (started: T) => string): Promise<T>
  say(line: string): void
}

export function progressOn(write: (line: string) => void): Progress {
  return {
    say: write,
    async part(name, start, detail) {
      const began = performance.now()
      try {
        const started = await start()
        const seconds = ((performance.now() - began) / 1000).toFixed(1)
        write(`  ${name.padEnd(10)} ${seconds.padStart(5)} s  ${detail?.(started) ?? ''}`.trimEnd())
        return started
      } catch (problem) {
        write(`  ${name.padEnd(10)} failed: ${problem instanceof Error ? problem.message : problem}`)
        throw problem
      }
    },
  }
}

/** Says nothing, for tests. */
export const silent: Progress = { say: () => {}, part: (_name, start) => start() }
