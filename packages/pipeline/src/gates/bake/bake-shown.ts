import type { Memory } from '@slipway/cloud'
import type { Watched } from '../gate.ts'
import type { BakeAsked } from './decide/judge-bake.ts'
import { seenSchema } from './decide/look.ts'

/** Under this a bake remembers what it saw of a monitor of its stage, by its place in the list. */
export const keyOf = (index: number) => `monitor-${index}`

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
    monitors: monitors.map(({ words }, index) => {
      const kept = memory[keyOf(index)]
      if (kept === undefined) return { words, is: 'not-looked-at', says: null }
      const { is, words: says } = seenSchema.parse(JSON.parse(kept))
      return { words, is, says }
    }),
  }
}
