import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../apps/sandbox/src/parts/ready.ts'
import { startPostgres } from '../../packages/db/src/embedded.ts'
import { type Database, migrate, openDatabase, type RoleUrls } from '../../packages/db/src/index.ts'

export type BenchPostgres = RoleUrls & {
  db: Database
  /** Of this run, gone at its end. */
  folder: string
  close(): Promise<void>
}

/** A Postgres of this run's own, migrated, as careful as one that serves customers: a commit waits for the disk. */
export async function startBenchPostgres({
  connectionsMax,
}: {
  connectionsMax: number
}): Promise<BenchPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  // As root the server runs under a user of its own, who must be able to enter.
  chmodSync(folder, 0o755)
  const postgres = await startPostgres(join(folder, 'postgres'), await freePort(), {
    shared_buffers: '256MB',
  })
  const urls = await migrate(postgres.adminUrl, 'bench', randomBytes(12).toString('hex'))
  const db = openDatabase({ ...urls, connectionsMax })
  return {
    ...urls,
    db,
    folder,
    async close() {
      await db.close()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
