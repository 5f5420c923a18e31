import type { Clock, Log, OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { z } from 'zod'
import type { JobType } from './define-job.ts'

export type JobContext = {
  db: Database
  clock: Clock
  log: Log
  /** Counts from 1. */
  attempt: number
  organisationId: OrganisationId | undefined
  /** Aborted at the job's time limit and when the process ends. */
  signal: AbortSignal
}

/** What a job does. It may run twice; it must not wait for the world: waiting is a timer or an event. */
export type Handler = {
  job: JobType
  run(payload: unknown, context: JobContext): Promise<void>
  exhausted?(payload: unknown, error: unknown, context: JobContext): Promise<void>
}

/**
 * Joins a kind of job with what it does. A `UserError` ends it at once, everything else is tried again;
 * `exhausted` runs after the last attempt, with the last error, so that whoever waits gets an answer.
 */
export function handle<P extends z.ZodType>(
  job: JobType<P>,
  run: (payload: z.output<P>, context: JobContext) => Promise<void>,
  options: { exhausted?: (payload: z.output<P>, error: unknown, context: JobContext) => Promise<void> } = {},
): Handler {
  const { exhausted } = options
  return {
    job,
    run: (payload, context) => run(job.payload.parse(payload), context),
    ...(exhausted && {
      exhausted: (payload, error, context) => exhausted(job.payload.parse(payload), error, context),
    }),
  }
}

/** A failure of others that is expected to pass, such as throttling; `afterSeconds` overrules the job's spacing. */
export class Transient extends Error {
  readonly afterSeconds: number | undefined

  constructor(message: string, options: { cause?: unknown; afterSeconds?: number } = {}) {
    super(message, { cause: options.cause })
    this.name = 'Transient'
    this.afterSeconds = options.afterSeconds
  }
}
