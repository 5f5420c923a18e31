import type { OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { z } from 'zod'

export type JobType<P extends z.ZodType = z.ZodType> = {
  /** `<package>.<verb-noun>`, unique. */
  name: string
  payload: P
  /** How often it is tried before it is set aside. */
  attempts: number
  /** The wait after a failed attempt; doubled each time, at most five minutes. */
  spacingSeconds: number
  /** A run that takes longer is given up and counts as failed. */
  timeoutSeconds: number
}

/** A kind of job. A value without behaviour, so that every floor above may enqueue what a floor further up handles. */
export function defineJob<P extends z.ZodType>(job: JobType<P>): JobType<P> {
  return job
}

export type EnqueueOptions = {
  /** None for what concerns the whole installation. */
  organisationId: OrganisationId | undefined
  /** Makes it once: while a job of this name and key has not ended, another is not added. */
  key?: string
  /** Not before this moment of the product's clock; left out: at once. */
  dueAt?: Date
}

/**
 * Writes a job into the outbox, in the caller's transaction: it happens exactly when the transaction commits,
 * at least once. Throws ZodError on a payload of another shape.
 */
export async function enqueue<P extends z.ZodType>(
  tx: Tx,
  job: JobType<P>,
  payload: z.input<P>,
  options: EnqueueOptions,
): Promise<void> {
  await enqueueNamed(tx, jobOf(job, payload), options)
}

/** The same for a job whose name and payload were kept in a row, such as what follows a host's acknowledgement. */
export async function enqueueNamed(
  tx: Tx,
  job: { name: string; payload: unknown },
  { organisationId, ...options }: EnqueueOptions,
): Promise<void> {
  await enqueueAll(tx, organisationId, [{ ...job, ...options }])
}

/** One of several jobs that are written together. */
export type JobAsked = { name: string; payload: unknown } & Omit<EnqueueOptions, 'organisationId'>

/** A job with its payload. Throws ZodError on a payload of another shape. */
export function jobOf<P extends z.ZodType>(job: JobType<P>, payload: z.input<P>): JobAsked {
  job.payload.parse(payload)
  return { name: job.name, payload }
}

/** The same for several jobs in one statement, in their order. */
export async function enqueueAll(
  tx: Tx,
  organisationId: OrganisationId | undefined,
  jobs: readonly JobAsked[],
): Promise<void> {
  if (jobs.length === 0) return
  await tx.$executeRaw`
    insert into outbox (organisation_id, name, payload, key, due_at)
    select ${organisationId ?? null}, name, payload, key, coalesce("dueAt", to_timestamp(0))
    from jsonb_to_recordset(${JSON.stringify(jobs)}::jsonb) as job (name text, payload jsonb, key text, "dueAt" timestamptz)
    on conflict (coalesce(organisation_id, ''), name, key) where done_at is null and failed_at is null do nothing`
}

/** Takes back timers of this name and key that have not begun. */
export async function cancelJobs(tx: Tx, name: string, key: string): Promise<void> {
  await tx.$executeRaw`
    update outbox set done_at = clock_timestamp()
    where name = ${name} and key = ${key} and done_at is null and failed_at is null and running_until is null`
}
