import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'

const root = '/sys/fs/cgroup'
const megabyte = 1_048_576

/**
 * A control group (v2) that ends the service when it uses more than its limit, or undefined where the kernel
 * offers none; there the agent looks itself (end-above-limit.ts). The group may be made anew.
 */
export function cgroupFor(key: string, memoryMegabytes: number | undefined): string | undefined {
  try {
    if (!readFileSync(`${root}/cgroup.controllers`, 'utf8').includes('memory')) return undefined
    mkdirSync(`${root}/slipway`, { recursive: true })
    writeFileSync(`${root}/cgroup.subtree_control`, '+memory')
    writeFileSync(`${root}/slipway/cgroup.subtree_control`, '+memory')
    const group = `${root}/slipway/${key}`
    mkdirSync(group, { recursive: true })
    writeFileSync(`${group}/memory.max`, String(limitBytes(memoryMegabytes)))
    writeFileSync(`${group}/memory.oom.group`, '1')
    return group
  } catch {
    return undefined
  }
}

/** A tenth is kept for the system, the agent and the gate. */
export function limitBytes(memoryMegabytes: number | undefined): number {
  return memoryMegabytes ? memoryMegabytes * megabyte : Math.floor(totalmem() * 0.9)
}

/** Whether the kernel ended something of this group for its memory. */
export function ranOutOfMemory(key: string): boolean {
  try {
    return /^oom_kill [1-9]/m.test(readFileSync(`${root}/slipway/${key}/memory.events`, 'utf8'))
  } catch {
    return false
  }
}

export function removeCgroup(key: string): void {
  if (existsSync(`${root}/slipway/${key}`)) {
    try {
      rmdirSync(`${root}/slipway/${key}`)
    } catch {
      // Something still lives in it; it goes with the next clearing.
    }
  }
}
