import { PrismaPg } from '@prisma/adapter-pg'
import type { OrganisationId } from '@slipway/core'
import pg from 'pg'
import { type Prisma, PrismaClient } from './generated/client.ts'
import { listen } from './listen.ts'
import { prepareTenant, runScoped } from './scoped-query.ts'
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
   * One statement that sees and writes this organisation's rows alone, in one round trip: several times cheaper than a
   * transaction, for the read models of pages. Rows as the driver gives them, for the caller to parse. The database
   * keeps the plan of each text, so what differs from one time to the next goes into values.
   */
  statementInOrganisation(organisationId: OrganisationId, statement: Prisma.Sql): Promise<unknown[]>
  /** The same over every tenant, for what every request asks and every job needs. */
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
  const scoped = clientOf(url, connectionsMax, prepareTenant)
  const system = clientOf(systemUrl, connectionsMax)
  const named = statementNames()
  const listening = new Set<{ stop(): Promise<void> }>()
  return {
    inOrganisation: (organisationId, run) =>
      scoped.client.$transaction(async (tx) => {
        // The first statement: nothing of this transaction runs without its tenant.
        await tx.$executeRaw`select set_config('slipway.organisation', ${organisationId}, true)`
        return run(tx)
      }, limits),
    inSystem: (_path, run) => system.client.$transaction(run, limits),
    async statementInOrganisation(organisationId, statement) {
      const client = await scoped.pool.connect()
      return runScoped(client, organisationId, named(statement))
    },
    async statementInSystem(_path, statement) {
      const { rows } = await system.pool.query(named(statement))
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

/** So many texts are kept prepared on each connection; what comes after them is planned each time. */
const preparedMax = 500

/** The same name for the same text, by which each connection prepares it once. */
function statementNames(): (statement: Prisma.Sql) => pg.QueryConfig {
  const names = new Map<string, string>()
  return ({ text, values }) => {
    const name = names.get(text) ?? (names.size < preparedMax ? `statement_${names.size}` : undefined)
    if (name !== undefined) names.set(text, name)
    return { name, text, values }
  }
}

function clientOf(
  connectionString: string,
  max: number,
  onConnect?: (client: pg.ClientBase) => Promise<void>,
) {
  const pool = new pg.Pool({
    connectionString,
    max,
    onConnect,
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
