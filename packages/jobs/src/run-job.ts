import { asId, type Clock, type Log, UserError } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { type Handler, type JobContext, Transient } from './handler.ts'

/** A claim lasts so long; its holder renews it three times as often. A dead worker's job is free again after it. */
const claimSeconds = 15
const spacingSecondsMax = 300

const claimedRows = z.array(
  z.object({
    name: z.string(),
    payload: z.unknown(),
    attempts: z.number(),
    organisationId: z.string().nullable(),
  }),
)
type ClaimedRow = z.infer<typeof claimedRows>[number]

/**
 * Runs the job of one row of the outbox, when nobody else does: claims it, runs its handler within its time
 * limit, and writes what became of it. Twice is safe. Throws only when the database is lost.
 */
export async function runJob(
  deps: {
    db: Database
    clock: Clock
    log: Log
    handlers: ReadonlyMap<string, Handler>
    stopping: AbortSignal
  },
  id: bigint,
): Promise<void> {
  const { db } = deps
  const row = await claim(db, id)
  if (!row) return
  const handler = deps.handlers.get(row.name)
  if (!handler) {
    await setAside(db, id, `no handler of this name in this worker: ${row.name}`)
    return
  }
  const limit = AbortSignal.any([AbortSignal.timeout(handler.job.timeoutSeconds * 1000), deps.stopping])
  const context: JobContext = {
    db,
    clock: deps.clock,
    log: deps.log.child({ job: row.name, outbox: String(id) }),
    attempt: row.attempts + 1,
    organisationId: row.organisationId === null ? undefined : asId('organisation', row.organisationId),
    signal: limit,
  }
  const renewal = setInterval(
    () => {
      renew(db, id).catch(() => {
        // The claim runs out by itself; another run is safe.
      })
    },
    (claimSeconds * 1000) / 3,
  )
  try {
    await withLimit(handler.run(row.payload, context), limit)
    await finish(db, id)
  } catch (error) {
    await afterFailure(context, handler, id, row, error)
  } finally {
    clearInterval(renewal)
  }
}

async function afterFailure(
  context: JobContext,
  handler: Handler,
  id: bigint,
  row: ClaimedRow,
  error: unknown,
): Promise<void> {
  const { db, log, attempt } = context
  const message = error instanceof Error ? error.message : String(error)
  const isLast = error instanceof UserError || attempt >= handler.job.attempts
  if (!isLast) {
    const spacing = Math.min(handler.job.spacingSeconds * 2 ** (attempt - 1), spacingSecondsMax)
    const seconds =
      error instanceof Transient && error.afterSeconds !== undefined ? error.afterSeconds : spacing
    if (!(error instanceof Transient)) log.warn({ err: error, attempt }, 'a job failed and is tried again')
    await tell(
      db,
      Prisma.sql`
      update outbox set attempts = ${attempt}, last_error = ${message}, queued_at = null, running_until = null,
        due_at = ${new Date(context.clock.now().getTime() + seconds * 1000)}
      where id = ${id}`,
    )
    return
  }
  if (!(error instanceof UserError))
    log.error({ err: error, attempt }, 'a job is set aside after its last attempt')
  try {
    await handler.exhausted?.(row.payload, error, { ...context, signal: new AbortController().signal })
  } catch (cause) {
    log.error({ err: cause }, 'what follows a last attempt failed as well')
  }
  await setAside(db, id, message, attempt)
}

/** Each of these is one statement: a transaction around it would be two more ways to the database. */
function tell(db: Database, statement: Prisma.Sql): Promise<unknown[]> {
  return db.statementInSystem('relay the outbox', statement)
}

async function claim(db: Database, id: bigint): Promise<ClaimedRow | undefined> {
  const rows = await tell(
    db,
    Prisma.sql`
    update outbox set running_until = clock_timestamp() + make_interval(secs => ${claimSeconds})
    where id = ${id} and done_at is null and failed_at is null
      and (running_until is null or running_until <= clock_timestamp())
    returning name, payload, attempts, organisation_id as "organisationId"`,
  )
  return claimedRows.parse(rows)[0]
}

async function renew(db: Database, id: bigint): Promise<void> {
  await tell(
    db,
    Prisma.sql`
    update outbox set running_until = clock_timestamp() + make_interval(secs => ${claimSeconds})
    where id = ${id} and done_at is null and failed_at is null and running_until is not null`,
  )
}

async function finish(db: Database, id: bigint): Promise<void> {
  await tell(
    db,
    Prisma.sql`update outbox set done_at = clock_timestamp(), running_until = null where id = ${id}`,
  )
}

async function setAside(db: Database, id: bigint, message: string, attempts = 0): Promise<void> {
  await tell(
    db,
    Prisma.sql`
    update outbox set failed_at = clock_timestamp(), running_until = null, last_error = ${message},
      attempts = greatest(attempts, ${attempts})
    where id = ${id}`,
  )
}

function withLimit<T>(work: Promise<T>, limit: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Error('the job took longer than its time limit, or its process ends'))
    if (limit.aborted) return onAbort()
    limit.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => limit.removeEventListener('abort', onAbort))
  })
}
