import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { startTicksOf } from '../apps/process-record.ts'
import { readJson, writeJson } from '../home.ts'

const stored = z.object({
  boot: z.uuid(),
  machine: z.string(),
  sequence: z.int(),
  acknowledgedSeconds: z.number(),
})
/** After a crash some numbers may have been used that are not on disk. */
const sequenceGap = 1000

/**
 * One start of the host, over all starts of the agent in it: the same boot has the same monotonic clock, so
 * time that was not acknowledged can still be said by the next agent.
 */
export type Boot = {
  id: string
  sequence: number
  acknowledgedSeconds: number
  /** The host was running already when this agent started: what it left, runs. */
  isGoingOn: boolean
}

export async function openBoot(file: string): Promise<Boot> {
  const machine =
    `${await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')}:${startTicksOf(1) ?? ''}`.replace(
      '\n',
      '',
    )
  const before = await readJson(file, stored)
  const boot: Boot =
    before?.machine === machine
      ? {
          id: before.boot,
          sequence: before.sequence + sequenceGap,
          acknowledgedSeconds: before.acknowledgedSeconds,
          isGoingOn: true,
        }
      : { id: randomUUID(), sequence: 0, acknowledgedSeconds: monotonicSeconds(), isGoingOn: false }
  await writeJson(file, {
    boot: boot.id,
    machine,
    sequence: boot.sequence,
    acknowledgedSeconds: boot.acknowledgedSeconds,
  })
  return boot
}

export async function saveBoot(file: string, boot: Boot): Promise<void> {
  const before = await readJson(file, stored)
  if (before)
    await writeJson(file, {
      ...before,
      sequence: boot.sequence,
      acknowledgedSeconds: boot.acknowledgedSeconds,
    })
}

/** The machine's monotonic clock; the same for all its processes, whatever is done to its wall clock. */
export function monotonicSeconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000n) / 1000
}
