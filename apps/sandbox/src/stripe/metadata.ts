import { z } from 'zod'

/** An empty string for the whole takes all keys away, for one key that key. */
export const metadataInput = z.union([z.literal(''), z.record(z.string(), z.string())]).optional()

export function applyMetadata(
  kept: Record<string, string>,
  input: z.infer<typeof metadataInput>,
): Record<string, string> {
  if (input === undefined) return kept
  if (input === '') return {}
  return Object.fromEntries(Object.entries({ ...kept, ...input }).filter(([, value]) => value !== ''))
}
