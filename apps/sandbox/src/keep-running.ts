import { setTimeout as wait } from 'node:timers/promises'
import type { Tethered } from './process/tethered.ts'

const pauseMilliseconds = 500

/** A part that is its own process and comes back when it ends without being asked to. */
export type Kept = {
  readonly name: string
  pid(): number | undefined
  start(): Promise<void>
  stop(): Promise<void>
  /** As a crash would end it; it stays down until `start`. */
  kill(): Promise<void>
}

/**
 * Keeps a part running as a service manager would: what ends by itself is started again after half a second, and
 * `report` hears of it. `start` throws when the first start fails; later failures are tried again.
 */
export function keepRunning<P extends Tethered>(
  name: string,
  launch: () => Promise<P>,
  report: (line: string) => void,
  onStarted: (part: P) => Promise<void> = async () => {},
): Kept {
  let wanted = false
  let part: P | undefined

  const launchOnce = async (): Promise<void> => {
    const launched = await launch()
    part = launched
    await onStarted(launched)
    launched.ended.then((code) => revive(launched, code))
  }
  const revive = async (ended: P, code: number): Promise<void> => {
    while (wanted && part === ended) {
      report(`${name} ended with ${code} and is started again`)
      await wait(pauseMilliseconds)
      if (!wanted || part !== ended) return
      await launchOnce().catch((problem: unknown) =>
        report(`${name}: ${problem instanceof Error ? problem.message : problem}`),
      )
    }
  }
  return {
    name,
    pid: () => part?.pid(),
    async start() {
      if (wanted) return
      wanted = true
      await launchOnce()
    },
    async stop() {
      wanted = false
      await part?.stop()
    },
    async kill() {
      wanted = false
      await part?.kill()
    },
  }
}
