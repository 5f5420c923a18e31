import { readdirSync, readFileSync } from 'node:fs'
import { deployedService } from '@slipway/protocol'
import { z } from 'zod'
import { socketInodes } from './socket-inodes.ts'

/** A process group of a service, as it is remembered on disk so that a new agent finds it again. */
export const processRecord = z.object({
  /** Names its files; new for every start. */
  key: z.string(),
  service: deployedService,
  deploymentId: z.string(),
  releaseId: z.string(),
  /** The command that started it: how a deployment that was interrupted tells its own from the old. */
  batch: z.string(),
  /** Leader of its own session and group. */
  pid: z.int(),
  /** Field 22 of /proc/<pid>/stat: with the pid it names one process for ever. */
  startTicks: z.string(),
  port: z.int().nullable(),
  startedAt: z.iso.datetime(),
  /** It should run: when it dies it is started again. False while a deployment tries or ends it. */
  isWanted: z.boolean(),
  restarts: z.int(),
})
export type ProcessRecord = z.infer<typeof processRecord>

/** Start time of a process in clock ticks since the machine started, or undefined when there is none. */
export function startTicksOf(pid: number): string | undefined {
  const fields = statFields(pid)
  // A zombie has ended: its parent has only not heard of it yet.
  return fields && fields[0] !== 'Z' && fields[0] !== 'X' ? fields[19] : undefined
}

export function isAlive(record: Pick<ProcessRecord, 'pid' | 'startTicks'>): boolean {
  return startTicksOf(record.pid) === record.startTicks
}

export type ProcessGroup = { pids: number[]; memoryBytes: number; cpuTicks: number }

/** All live processes of sessions, found in one walk over /proc. Key: the session's leader. */
export function processGroups(): Map<number, ProcessGroup> {
  const groups = new Map<number, ProcessGroup>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const pid = Number(entry)
    const fields = statFields(pid)
    if (!fields || fields[0] === 'Z') continue
    const session = Number(fields[3])
    const group = groups.get(session) ?? { pids: [], memoryBytes: 0, cpuTicks: 0 }
    group.pids.push(pid)
    group.cpuTicks += Number(fields[11]) + Number(fields[12])
    group.memoryBytes += Number(fields[21]) * 4096
    groups.set(session, group)
  }
  return groups
}

/** Fields of proc(5) stat after the name, which may hold spaces: [0] is the state, field 3. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/** TCP ports on which any of these processes listens, on whatever address. */
export function listeningPorts(pids: number[]): number[] {
  const inodes = new Map<string, number>()
  for (const table of ['tcp', 'tcp6']) {
    try {
      for (const line of readFileSync(`/proc/net/${table}`, 'latin1').split('\n').slice(1)) {
        const fields = line.trim().split(/\s+/)
        if (fields[3] === '0A' && fields[1] && fields[9])
          inodes.set(fields[9], Number.parseInt(fields[1].split(':')[1] ?? '', 16))
      }
    } catch {
      // No IPv6 on this machine.
    }
  }
  const ports = new Set<number>()
  for (const pid of pids) {
    for (const inode of socketInodes(pid)) {
      const port = inodes.get(inode)
      if (port) ports.add(port)
    }
  }
  return [...ports].sort((a, b) => a - b)
}
