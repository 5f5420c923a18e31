import { z } from 'zod'

/** What lies in the row of a command's check. */
export const commandAsked = z.object({
  command: z.string(),
  timeoutSeconds: z.int().positive(),
  /** How often a failed try is followed by another. */
  retries: z.int().nonnegative(),
  /** The region of a matrix in which it runs; null: that of the first environment. */
  region: z.string().nullable(),
  outputs: z.array(z.string()),
  /** Files, folders and patterns that it keeps for later steps. */
  artifacts: z.array(z.string()).default([]),
  /** Folders that its next run finds again. */
  cache: z.array(z.string()),
  /** What it prints are the stages that come next. */
  generates: z.boolean().default(false),
})
export type CommandAsked = z.infer<typeof commandAsked>
