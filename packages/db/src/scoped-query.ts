import type { OrganisationId } from '@slipway/core'
import pg from 'pg'

declare module 'pg' {
  /** What `pg` calls on a query of its own as the answers come in. Its types leave it out. */
  interface Query {
    requiresPreparation(): boolean
    prepare(connection: pg.Connection): void
    handleDataRow(message: object): void
    handleCommandComplete(message: object, connection: pg.Connection): void
  }
}

const tenant = { name: 'tenant', text: `select set_config('slipway.organisation', $1, true)` }

/** Readies a new connection for scoped queries. */
export async function prepareTenant(client: pg.ClientBase): Promise<void> {
  await client.query({ ...tenant, values: [''] })
}

/**
 * Runs a statement of one tenant in one round trip, and gives the connection back. What sets the tenant is sent before
 * the statement, and one Sync behind both: up to the Sync all is one transaction, at whose end the setting is gone.
 * https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export async function runScoped(
  client: pg.PoolClient,
  organisationId: OrganisationId,
  statement: pg.QueryConfig,
): Promise<unknown[]> {
  try {
    return await new Promise((resolve, reject) => {
      const query = new ScopedQuery(organisationId, statement, (error, result) => {
        client.release(error)
        if (error) reject(error)
        else resolve(result.rows)
      })
      client.query(query)
    })
  } catch (error) {
    // Says who asked, and not the socket that brought the answer.
    if (error instanceof Error) Error.captureStackTrace(error)
    throw error
  }
}

type Done = (error: Error | undefined, result: pg.QueryResult<Record<string, unknown>>) => void

class ScopedQuery extends pg.Query<Record<string, unknown>> {
  private readonly organisationId: OrganisationId
  private isTenantSet = false

  constructor(organisationId: OrganisationId, config: pg.QueryConfig, done: Done) {
    super(config, done)
    this.organisationId = organisationId
  }

  /** Without values too: a text sent by itself would run without its tenant. */
  override requiresPreparation(): boolean {
    return true
  }

  override prepare(connection: pg.Connection): void {
    connection.bind({ statement: tenant.name, values: [this.organisationId] }, true)
    connection.execute({}, true)
    super.prepare(connection)
  }

  override handleDataRow(message: object): void {
    if (this.isTenantSet) super.handleDataRow(message)
  }

  override handleCommandComplete(message: object, connection: pg.Connection): void {
    if (this.isTenantSet) super.handleCommandComplete(message, connection)
    this.isTenantSet = true
  }
}
