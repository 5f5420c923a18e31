import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export type BodyProcess = { pid: number; command: string }

/**
 * What runs in a body, seen from outside: all that shares the process namespace of its first process. For tests that kill
 * an agent, a gate or an app and see what becomes of it.
 */
export function processesIn(firstProcess: number | undefined): BodyProcess[] {
  const space = firstProcess && namespaceOf(firstProcess)
  if (!space) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespaceOf(Number(name)) === space)
    .map((name) => ({ pid: Number(name), command: commandOf(Number(name)) }))
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}
