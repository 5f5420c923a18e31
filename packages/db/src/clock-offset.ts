import type { Database } from './database.ts'

/** How far the product's clock is ahead of real time, in milliseconds; zero in an installation that serves customers. */
export async function readClockOffset(db: Database): Promise<number> {
  const row = await db.inSystem('move the clock', (tx) => tx.clockOffset.findUnique({ where: { id: 1 } }))
  return Number(row?.offsetMilliseconds ?? 0n)
}
