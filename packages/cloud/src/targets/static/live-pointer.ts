import { z } from 'zod'

/**
 * What is live under a host name, as the edge reads it with each request: the one value whose change is the switch.
 * Short names, since it is read so often. A function that is made anew meets what older ones were given: it must go on
 * reading it.
 */
const table = z.object({
  /** Where its files lie in the bucket. */
  u: z.string(),
  /** Name of its table, and how many values of records it has. */
  k: z.string(),
  n: z.int().positive(),
})

const pointer = table.extend({
  /** The build, as answers name it. */
  r: z.string(),
  /** How many values of rules for one path, and of rules for many. */
  m: z.int(),
  d: z.int(),
  /** 1: a rule for many goes before the files. */
  v: z.union([z.literal(0), z.literal(1)]),
  /** 1: it has a page for what is not found. */
  e: z.union([z.literal(0), z.literal(1)]),
  /** What was live before: pages that were loaded from it still find the files that they name. */
  p: table.optional(),
})
export type LivePointer = z.infer<typeof pointer>

export function readPointer(text: string | undefined): LivePointer | undefined {
  return text === undefined ? undefined : pointer.parse(JSON.parse(text))
}

/** The same with what was live before it, where that was another build. */
export function withBefore(next: LivePointer, before: LivePointer | undefined): LivePointer {
  if (before === undefined) return next
  if (before.r === next.r) return { ...next, ...(before.p && { p: before.p }) }
  return { ...next, p: { u: before.u, k: before.k, n: before.n } }
}
