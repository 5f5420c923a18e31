import { PrismaPg } from '@prisma/adapter-pg'
import type { OrganisationId } from '@slipway/core'
import pg from 'pg'
import { type Prisma, PrismaClient } from './generated/client.ts'
import { listen } from './listen.ts'
import type { SystemPath } from './system.ts'

export type Tx = Prisma.TransactionClient

export type Database = {
  /**
   * Runs in one transaction that sees and writes this organisation's rows alone. `run` may be called once; its
   * error rolls all back. Not to be nested.
   */
  inOrganisation<T>(organisationId: OrganisationId, run: (tx: Tx) => Promise<T>): Promise<T>
  /** Runs in one transaction that sees every tenant. `path` says why, from the list in system.ts. */
  inSystem<T>(path: SystemPath, run: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * One statement that sees every tenant, without a transaction around it: a few times cheaper, for what every request
   * asks and every job needs. Rows as the driver gives them, for the caller to parse.
   */
  statementInSystem(path: SystemPath, statement: Prisma.Sql): Promise<unknown[]>
  /**
   * Calls back for each NOTIFY of the channel, from one connection that is opened anew when lost; `onGap` says
   * that some may have been missed. Resolves once it listens.
   */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onGap?: () => void,
  ): Promise<{ stop(): Promise<void> }>
  close(): Promise<void>
}

export type DatabaseUrls = {
  /** Of the role slipway_app: row-level security applies. */
  url: string
  /** Of the role slipway_system: sees every tenant. */
  systemUrl: string
  connectionsMax?: number
}

const limits = { maxWait: 15_000, timeout: 60_000 }

export function openDatabase({ url, systemUrl, connectionsMax = 10 }: DatabaseUrls): Database {
  const scoped = clientOf(url, connectionsMax)
  const system = clientOf(systemUrl, connectionsMax)
  const listening = new Set<{ stop(): Promise<void> }>()
  return {
    inOrganisation: (organisationId, run) =>
      scoped.client.$transaction(async (tx) => {
        // The first statement: nothing of this transaction runs without its tenant.
        await tx.$executeRaw`select set_config('slipway.organisation', ${organisationId}, true)`
        return run(tx)
      }, limits),
    inSystem: (_path, run) => system.client.$transaction(run, limits),
    async statementInSystem(_path, statement) {
      const { rows } = await system.pool.query({ text: statement.text, values: statement.values })
      return rows
    },
    async listen(channel, onPayload, onGap) {
      const listener = await listen(systemUrl, channel, onPayload, onGap)
      listening.add(listener)
      return listener
    },
    async close() {
      await Promise.all([...listening].map((listener) => listener.stop()))
      await Promise.all([scoped.close(), system.close()])
    },
  }
}

function clientOf(connectionString: string, max: number) {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 30_000,
  })
  // A server that restarts ends idle connections; whoever needs one next gets a new one.
  pool.on('error', () => {})
  const client = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    client,
    pool,
    async close() {
      await client.$disconnect()
      await pool.end()
    },
  }
}
