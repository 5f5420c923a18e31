import type { Memory } from '@slipway/cloud'
import { asId } from '@slipway/core'
import { z } from 'zod'
import type { GateContext, Watched } from '../gate.ts'
import { afterLook, type Seen, seenSchema } from './decide/look.ts'
import { type Place, readFigures } from './figures.ts'
import type { Asked } from './monitor.ts'
import type { MonitorAsked } from './monitor-asked.ts'
import { lookAt } from './monitors.ts'

/** Between two looks. A red monitor is seen within this time of its figures, at the cost of four small reads a minute. */
export const lookMilliseconds = 15_000

/** As they lie in the row of a gate that looks at monitors. */
export const monitorsSchema = z.array(
  z.object({ kind: z.string(), words: z.string(), ask: z.record(z.string(), z.json()) }),
)

/** What is known of a monitor; `seen` undefined before its first look. */
export type SeenOf = { words: string; seen: Seen | undefined }

/** Under these a gate remembers what it saw of a monitor of its stage, and asked of a host, by its place in the list. */
const seenKey = (index: number) => `monitor-${index}`
const askedKey = (index: number) => `asked-${index}`

const askedSchema = z.object({ commandId: z.string(), at: z.string() })

/**
 * What is known of each monitor with one more look, and what is to be remembered for the next. A change of what one
 * says is told in the log.
 */
export async function lookAtAll(
  monitors: readonly MonitorAsked[],
  places: readonly Place[],
  context: GateContext,
): Promise<{ seen: SeenOf[]; memory: Memory }> {
  const { db, organisationId, clock, memory, say } = context
  let read: ReturnType<typeof readFigures> | undefined
  const figures = () => {
    read ??= db.inOrganisation(organisationId, (tx) => readFigures(tx, places, clock.now()))
    return read
  }
  const looks = await Promise.all(
    monitors.map(async (monitor, index) => {
      const before = seenIn(memory, index)
      const lookedAt = before && new Date(before.of)
      const { look, asked } = await lookAt(monitor, {
        ...context,
        figures,
        lookedAt,
        asked: askedIn(memory, index),
      })
      const seen = look === undefined ? before : afterLook(before, look)
      if (seen !== undefined && seen.is !== before?.is)
        await say(`${monitor.words}: ${seen.words}. That is ${seen.is}.`)
      return { words: monitor.words, seen, memory: kept(index, seen, asked) }
    }),
  )
  return {
    seen: looks.map(({ words, seen }) => ({ words, seen })),
    memory: Object.assign({}, ...looks.map((each) => each.memory)),
  }
}

/** How the monitors stood at the last look, for a page. */
export function monitorsIn(monitors: readonly { words: string }[], memory: Memory): Watched['monitors'] {
  return monitors.map(({ words }, index) => {
    const seen = seenIn(memory, index)
    return seen === undefined
      ? { words, is: 'not-looked-at', says: null }
      : { words, is: seen.is, says: seen.words }
  })
}

function seenIn(memory: Memory, index: number): Seen | undefined {
  const kept = memory[seenKey(index)]
  return kept === undefined ? undefined : seenSchema.parse(JSON.parse(kept))
}

function askedIn(memory: Memory, index: number): Asked | undefined {
  const kept = memory[askedKey(index)]
  if (kept === undefined) return undefined
  const { commandId, at } = askedSchema.parse(JSON.parse(kept))
  return { commandId: asId('hostCommand', commandId), at: new Date(at) }
}

function kept(index: number, seen: Seen | undefined, asked: Asked | undefined): Memory {
  return {
    ...(seen !== undefined && { [seenKey(index)]: JSON.stringify(seen) }),
    ...(asked !== undefined && { [askedKey(index)]: JSON.stringify(asked) }),
  }
}
