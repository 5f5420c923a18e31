import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const lockMinutesMax = 10

/**
 * Builds what is not there yet or was made from other sources (`digest`). Several sandboxes at once are safe: one
 * builds, the others wait. Says whether it had to build.
 */
export async function buildOnce(options: {
  local: string
  name: string
  digest: string
  isThere: () => boolean
  build: () => Promise<void>
}): Promise<boolean> {
  const record = join(options.local, `built-${options.name}`)
  const lock = `${record}.lock`
  mkdirSync(options.local, { recursive: true })
  await takeLock(lock)
  try {
    if (options.isThere() && existsSync(record) && readFileSync(record, 'utf8') === options.digest)
      return false
    await options.build()
    writeFileSync(record, options.digest)
    return true
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

async function takeLock(folder: string): Promise<void> {
  for (;;) {
    try {
      mkdirSync(folder)
      return
    } catch {
      // A lock that is older than any build was left by a process that was killed.
      const taken = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
      if (taken && Date.now() - taken > lockMinutesMax * 60_000)
        rmSync(folder, { recursive: true, force: true })
      await wait(100)
    }
  }
}
