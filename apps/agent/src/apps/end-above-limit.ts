import { limitBytes } from './memory-limit.ts'
import type { ProcessGroup } from './process-record.ts'
import { signal } from './stop-process.ts'

/**
 * Ends all of a group that uses more memory than it may, but for the shell that writes down how it ended; answers whether
 * it did. For machines whose kernel offers no control groups.
 */
export function endAboveLimit(
  leader: number,
  group: ProcessGroup | undefined,
  memoryMegabytes: number | undefined,
): boolean {
  if (!group || group.memoryBytes <= limitBytes(memoryMegabytes)) return false
  for (const pid of group.pids) if (pid !== leader) signal(pid, 'SIGKILL')
  return true
}
