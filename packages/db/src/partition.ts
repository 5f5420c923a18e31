import type { Tx } from './database.ts'

/** Makes sure that rows of this time find their partition. Cheap when it is there; twice is safe. */
export async function ensurePartition(
  tx: Tx,
  table: 'usage' | 'log_chunk' | 'metric_minute',
  at: Date,
): Promise<void> {
  await tx.$executeRaw`select ensure_partition(${table}, ${at})`
}
