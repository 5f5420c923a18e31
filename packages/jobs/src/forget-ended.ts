import { type Database, Prisma } from '@slipway/db'

/** A job that ended well is looked at by nobody after a week; one that was set aside is, by whoever runs Slipway. */
const doneDays = 7
const setAsideDays = 60
const atOnce = 10_000

/**
 * Deletes what ended long ago from the outbox, the oldest first, some thousands in a statement, so that nothing waits for
 * it. Days of real time. Gives how many. Twice is safe.
 */
export async function forgetEnded(db: Database): Promise<number> {
  let forgotten = 0
  for (;;) {
    const rows = await db.statementInSystem(
      'relay the outbox',
      Prisma.sql`
      with oldest as (
        select id from outbox where done_at is not null or failed_at is not null order by id limit ${atOnce}
      )
      delete from outbox using oldest
      where outbox.id = oldest.id and (
        done_at < clock_timestamp() - make_interval(days => ${doneDays})
        or failed_at < clock_timestamp() - make_interval(days => ${setAsideDays}))
      returning outbox.id`,
    )
    forgotten += rows.length
    // The rest of them was set aside less long ago, or is yet to come.
    if (rows.length < atOnce / 2) return forgotten
  }
}
