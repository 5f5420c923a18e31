import { readFileSync } from 'node:fs'
import type { Home } from '../home.ts'
import { isAlive, type ProcessRecord, processGroups } from './process-record.ts'

type Leader = Pick<ProcessRecord, 'pid' | 'startTicks'>

/**
 * Ends a service: the polite signal to its whole group, after `stopSeconds` the hard one, to whatever of its
 * session is left as well. Resolves when nothing of it lives. Safe to repeat.
 */
export async function stopProcess(record: Leader, stopSeconds: number): Promise<void> {
  const hardAt = performance.now() + stopSeconds * 1000
  if (isAlive(record)) signal(-record.pid, 'SIGTERM')
  let isHard = false
  while (isGroupAlive(record)) {
    if (performance.now() >= hardAt) {
      isHard = true
      signal(-record.pid, 'SIGKILL')
      for (const pid of processGroups().get(record.pid)?.pids ?? []) signal(pid, 'SIGKILL')
    }
    await new Promise((resolve) => setTimeout(resolve, isHard ? 20 : 5))
  }
}

/** Whether any process of the group lives. A group's number is free again only when its last member is gone. */
function isGroupAlive(record: Leader): boolean {
  if (isAlive(record)) return true
  return (
    processGroups()
      .get(record.pid)
      ?.pids.some((pid) => pid !== record.pid) ?? false
  )
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already.
  }
}

/**
 * Ends processes of services of this host that are in nobody's books: an agent was killed between their start
 * and writing them down. One that holds the disk would keep every other from it.
 */
export async function endUnknown(home: Home, known: Leader[]): Promise<void> {
  const mark = `HOME=${home.service('')}`
  for (const [leader, { pids }] of processGroups()) {
    if (known.some((record) => record.pid === leader)) continue
    for (const pid of pids) if (hasVariable(pid, mark)) signal(pid, 'SIGKILL')
  }
}

function hasVariable(pid: number, start: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .some((variable) => variable.startsWith(start))
  } catch {
    return false
  }
}
