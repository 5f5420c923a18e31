import { readdirSync, readlinkSync } from 'node:fs'

/** Inodes of the sockets that a process has open; empty when it is gone or not ours. */
export function socketInodes(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
        return inode ? [inode] : []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}
