import type { Clock, Log } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { Queue } from 'bullmq'

/** So many jobs wait in Redis or run at a time; the rest stays in Postgres, where turns are fair. */
const inFlightMax = 200
/** So many of one organisation: a flood of one tenant takes no other's turn. */
const inFlightMaxOfOne = 10
/** A row handed over so long ago that nobody works on was lost with Redis or its worker. */
const lostAfterSeconds = 10

/**
 * Hands due rows of the outbox to the queue, the organisations in turn, and again those that were lost. Each
 * pass is one transaction; several relays take turns by a lock. What is added twice runs once, as the consumer
 * claims the row. Returns how many were handed over.
 */
async function relayOnce(db: Database, queue: Queue, clock: Clock): Promise<number> {
  const now = clock.now()
  const rows = await db.inSystem('relay the outbox', async (tx) => {
    const [lock] = await tx.$queryRaw<{ held: boolean }[]>`select pg_try_advisory_xact_lock(727201) as held`
    if (!lock?.held) return []
    return tx.$queryRaw<{ id: bigint; name: string; queuedAt: Date }[]>`
      with open as materialized (
        select id, organisation_id, due_at,
          (queued_at > clock_timestamp() - make_interval(secs => ${lostAfterSeconds}) or running_until > clock_timestamp()) is true as in_flight
        from outbox where done_at is null and failed_at is null and due_at <= ${now}
      ), busy as (
        select organisation_id, count(*) as jobs from open where in_flight group by 1
      ), ready as (
        select open.id, coalesce(busy.jobs, 0) + row_number() over (partition by open.organisation_id order by open.due_at, open.id) as turn
        from open left join busy on busy.organisation_id is not distinct from open.organisation_id
        where not open.in_flight
      ), chosen as (
        select id from ready where turn <= ${inFlightMaxOfOne} order by turn, id
        limit greatest(0, ${inFlightMax} - (select coalesce(sum(jobs), 0) from busy))
      )
      update outbox set queued_at = clock_timestamp() from chosen where outbox.id = chosen.id
      returning outbox.id, outbox.name, outbox.queued_at as "queuedAt"`
  })
  if (rows.length > 0) {
    await queue.addBulk(
      rows.map((row) => ({
        name: row.name,
        data: { id: String(row.id) },
        opts: { jobId: `${row.id}-${row.queuedAt.getTime()}`, removeOnComplete: true, removeOnFail: true },
      })),
    )
  }
  return rows.length
}

/**
 * Relays whenever something was written, when `poke` says that a turn is free, and every second for timers and
 * for what was lost.
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
        if ((await relayOnce(db, queue, clock)) > 0) wanted = true
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
  poke()
  return {
    poke,
    async stop() {
      clearInterval(timer)
      await listener.stop()
      wanted = false
      await running
    },
  }
}
