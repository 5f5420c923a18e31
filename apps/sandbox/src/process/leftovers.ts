import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const recordOf = z.object({ pid: z.number(), startedAt: z.string(), command: z.string() })

/**
 * Ends what an earlier sandbox of this state folder left behind, and says what it was. Only processes whose number
 * *and* start time are on record are touched: a number alone may belong to someone else by now. Twice is safe.
 */
export function endLeftovers(state: string): string[] {
  const folder = join(state, 'processes')
  const found: string[] = []
  for (const name of namesIn(folder)) {
    const file = join(folder, name)
    const record = recordOf.safeParse(JSON.parse(readFileSync(file, 'utf8') || 'null'))
    if (record.success && startedAt(record.data.pid) === record.data.startedAt) {
      endGroup(record.data.pid)
      found.push(name.replace(/\.json$/, ''))
    }
    rmSync(file, { force: true })
  }
  return found
}

/** Ticks since boot of a living process; undefined where there is none, or no /proc. */
export function startedAt(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ')[19]
  } catch {
    return undefined
  }
}

function endGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // It ended meanwhile, or leads no group.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}
