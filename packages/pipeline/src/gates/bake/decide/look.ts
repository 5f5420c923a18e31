import { z } from 'zod'

/**
 * What one look at a monitor saw. `of` names what it looked at, such as a minute, so that the same thing seen twice
 * is one look. `words` continue the monitor's own: “p99 < 300 ms: 512 ms in eu-west-1”. `since` is where whoever was
 * asked knows since when it is so, ISO.
 */
export type Look = { is: 'fine' | 'red' | 'inconclusive'; of: string; words: string; since?: string }

/** What is kept of the looks at one monitor. */
export const seenSchema = z.object({
  is: z.enum(['fine', 'red', 'inconclusive']),
  of: z.string(),
  words: z.string(),
  /** Since when it is so, ISO; undefined in what an earlier version kept. */
  since: z.string().optional(),
  /** What the last looks were of that were red, one after another; two are enough. */
  reds: z.array(z.string()),
})
export type Seen = z.infer<typeof seenSchema>

/** A single red look may be chance, or a moment; two in a row are not. */
const redsEnough = 2

/** What is known after one more look. One that saw nothing neither confirms a red one before it nor clears it. */
export function afterLook(before: Seen | undefined, look: Look): Seen {
  const reds = before?.reds ?? []
  const since = look.since ?? (before?.is === look.is ? before.since : undefined) ?? look.of
  switch (look.is) {
    case 'fine':
      return { ...look, since, reds: [] }
    case 'inconclusive':
      return { ...look, since, reds }
    case 'red':
      return { ...look, since, reds: reds.includes(look.of) ? reds : [...reds, look.of].slice(-redsEnough) }
  }
}

export function isConfirmedRed({ reds }: Seen): boolean {
  return reds.length >= redsEnough
}
