import { z } from 'zod'

/** A command of an app that ends by itself, as it is remembered on disk so that a new agent finds it again. */
export const jobRecord = z.object({
  /** What asked for it names it: the same is not started twice. */
  id: z.string(),
  /** As in a process's record. */
  key: z.string(),
  pid: z.int(),
  startTicks: z.string(),
  startedAt: z.iso.datetime(),
  releaseId: z.string(),
  /** Where its lines go. */
  stream: z.string(),
  timeoutSeconds: z.int(),
  memoryMegabytes: z.int().optional(),
})
export type JobRecord = z.infer<typeof jobRecord>
