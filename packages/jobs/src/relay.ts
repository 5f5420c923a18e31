import type { Clock, Log } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import type { Queue } from 'bullmq'
import { z } from 'zod'
import { forgetEnded } from './forget-ended.ts'

/** So many jobs wait in Redis or run at a time; the rest stays in Postgres, where turns are fair. */
const inFlightMax = 200
/**
 * So many of one organisation: a flood of one tenant takes no other's turn, and less than half of a worker's time. With
 * ten the start of another's build took 2.3 times as long as in quiet, with five 1.9 (`npm run matrix -- faults thousand`).
 */
const inFlightMaxOfOne = 5
/** A row handed over so long ago that nobody works on was lost with Redis or its worker. */
const lostAfterSeconds = 10

/**
 * Hands due rows of the outbox to the queue, the organisations in turn, and again those that were lost. Each
 * pass is one statement; several relays take turns by a lock. A row that another has handed over since the statement
 * began is left to it; what is added twice all the same runs once, as the consumer claims the row.
 */
async function relayOnce(db: Database, queue: Queue, clock: Clock): Promise<void> {
  const rows = rowsSchema.parse(
    await db.statementInSystem(
      'relay the outbox',
      Prisma.sql`
      with lock as materialized (
        select pg_try_advisory_xact_lock(727201) as held
      ), open as materialized (
        select id, organisation_id, due_at, queued_at,
          (queued_at > clock_timestamp() - make_interval(secs => ${lostAfterSeconds}) or running_until > clock_timestamp()) is true as in_flight
        from outbox where done_at is null and failed_at is null and due_at <= ${clock.now()}
      ), busy as (
        select organisation_id, count(*) as jobs from open where in_flight group by 1
      ), ready as (
        select open.id, open.queued_at, coalesce(busy.jobs, 0) + row_number() over (partition by open.organisation_id order by open.due_at, open.id) as turn
        from open left join busy on busy.organisation_id is not distinct from open.organisation_id
        where not open.in_flight
      ), chosen as (
        select id, queued_at from ready where turn <= ${inFlightMaxOfOne} order by turn, id
        limit greatest(0, ${inFlightMax} - (select coalesce(sum(jobs), 0) from busy))
      )
      update outbox set queued_at = clock_timestamp() from lock, chosen
      where lock.held and outbox.id = chosen.id and outbox.queued_at is not distinct from chosen.queued_at
      returning outbox.id, outbox.name, outbox.queued_at as "queuedAt"`,
    ),
  )
  if (rows.length > 0) {
    await queue.addBulk(
      rows.map((row) => ({
        name: row.name,
        data: { id: row.id },
        opts: { jobId: `${row.id}-${row.queuedAt.getTime()}`, removeOnComplete: true, removeOnFail: true },
      })),
    )
  }
}

const rowsSchema = z.array(z.object({ id: z.string(), name: z.string(), queuedAt: z.date() }))

/**
 * Relays whenever something was written, when `poke` says that a turn is free, and every second for timers and
 * for what was lost. Forgets at its start and each hour what ended long ago.
 */
export async function startRelay(
  db: Database,
  queue: Queue,
  clock: Clock,
  log: Log,
): Promise<{ poke(): void; stop(): Promise<void> }> {
  let wanted = false
  let running: Promise<void> | undefined
  const pass = async () => {
    while (wanted) {
      wanted = false
      try {
        await relayOnce(db, queue, clock)
      } catch (error) {
        log.warn({ err: error }, 'the relay could not pass jobs on and will try again in a second')
      }
    }
    running = undefined
  }
  const poke = () => {
    wanted = true
    running ??= pass()
  }
  const listener = await db.listen('outbox', poke, poke)
  const timer = setInterval(poke, 1000)
  const forget = () => {
    forgetEnded(db).catch((error) =>
      log.warn({ err: error }, 'old jobs could not be deleted; again in an hour'),
    )
  }
  const hourly = setInterval(forget, 3_600_000)
  forget()
  poke()
  return {
    poke,
    async stop() {
      clearInterval(timer)
      clearInterval(hourly)
      await listener.stop()
      wanted = false
      await running
    },
  }
}
