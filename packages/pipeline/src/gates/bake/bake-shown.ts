import type { Memory } from '@slipway/cloud'
import type { Watched } from '../gate.ts'
import type { BakeAsked } from './decide/judge-bake.ts'
import { monitorsIn } from './look-at-all.ts'

/**
 * How far a bake is, as its last look remembers it: minutes and requests of those that it needs, and each monitor
 * with its figure. Between two looks nothing is guessed.
 */
export function watchedBy(
  { minutes, requests, monitors }: Omit<BakeAsked, 'atMostMinutes'> & { monitors: { words: string }[] },
  since: Date,
  memory: Memory,
): Watched {
  const { lookedAt, requests: seen } = memory
  const passed = lookedAt === undefined ? null : new Date(lookedAt).getTime() - since.getTime()
  return {
    counts: [
      {
        what: 'minutes',
        now: passed === null ? null : Math.min(minutes, Math.floor(passed / 60_000)),
        needed: minutes,
      },
      ...(requests > 0
        ? [{ what: 'requests', now: seen === undefined ? null : Number(seen), needed: requests }]
        : []),
    ],
    monitors: monitorsIn(monitors, memory),
  }
}
