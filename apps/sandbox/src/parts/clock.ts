import type { Clock } from '@slipway/core'
import pg from 'pg'

export type SandboxClock = Clock & {
  offsetMilliseconds(): number
  /** Moves the product's time forward to there. Throws RangeError for a time that has passed. */
  moveTo(at: Date): Promise<void>
  stop(): Promise<void>
}

/**
 * The row that core's clock reads its offset from, in every process of the product. The Stripe double is given this
 * clock, so that it goes along. `databaseUrl` is a role that may write the row.
 */
export async function openClock(databaseUrl: string): Promise<SandboxClock> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  pool.on('error', () => {
    // Postgres went away while nobody asked; the next question says so.
  })
  const { rows } = await pool.query<{ milliseconds: string }>(
    'select offset_milliseconds as milliseconds from clock_offset where id = 1',
  )
  let offset = Number(rows[0]?.milliseconds ?? 0)
  return {
    now: () => new Date(Date.now() + offset),
    offsetMilliseconds: () => offset,
    async moveTo(at) {
      const next = Math.round(at.getTime() - Date.now())
      if (!(next > offset))
        throw new RangeError(`the clock only moves forward; ${at.toISOString()} has passed`)
      await pool.query(
        `insert into clock_offset (id, offset_milliseconds) values (1, $1)
         on conflict (id) do update set offset_milliseconds = excluded.offset_milliseconds`,
        [next],
      )
      offset = next
    },
    stop: () => pool.end(),
  }
}
