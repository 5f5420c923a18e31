import { z } from 'zod'
import { idOf } from './ids.ts'

/** A command that a person runs on a host, once, beside the services and as one of them. */
export const runSpec = z.object({
  runId: idOf('run'),
  environmentId: idOf('environment'),
  command: z.string().min(1).max(4000),
  /** Whose folder and HOME it has. */
  service: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  timeoutSeconds: z.int().min(1).max(86_400),
})
export type RunSpec = z.infer<typeof runSpec>

/** What came of it. 128 + n is signal n; null where it ended without a word. */
export const runOutput = z.object({ code: z.int().nullable(), seconds: z.int().nonnegative() })
export type RunOutput = z.infer<typeof runOutput>

/** What a host says of a run of a cron service, each time that it changes. */
export const runReport = z.object({
  id: idOf('run'),
  serviceId: idOf('service'),
  releaseId: idOf('release'),
  /** When it was due. */
  dueAt: z.iso.datetime(),
  /** `skipped`: the one before still ran. `missed`: the host was away when it was due, the last of `missed` times. */
  state: z.enum(['running', 'succeeded', 'failed', 'timed-out', 'replaced', 'skipped', 'missed']),
  missed: z.int().positive().optional(),
  code: z.int().nullable().optional(),
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
})
export type RunReport = z.infer<typeof runReport>
