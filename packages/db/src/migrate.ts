import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const roles = ['slipway_owner', 'slipway_app', 'slipway_system']

export type RoleUrls = { ownerUrl: string; url: string; systemUrl: string }

/**
 * Brings a database to the newest schema: makes the three roles and the database when absent, then applies the
 * migrations as their owner. Twice is safe; what was applied is left alone. `adminUrl` is a superuser's.
 */
export async function migrate(adminUrl: string, database: string, password: string): Promise<RoleUrls> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    for (const role of roles) {
      const bypass = role === 'slipway_system' ? 'bypassrls' : 'nobypassrls'
      const known = await admin.query('select 1 from pg_roles where rolname = $1', [role])
      await admin.query(
        `${known.rowCount ? 'alter' : 'create'} role ${role} login ${bypass} password ${pg.escapeLiteral(password)}`,
      )
    }
    const known = await admin.query('select 1 from pg_database where datname = $1', [database])
    if (!known.rowCount) {
      await admin.query(
        `create database ${pg.escapeIdentifier(database)} owner slipway_owner template template0 encoding 'UTF8'`,
      )
    }
  } finally {
    await admin.end()
  }
  const urls = roleUrls(adminUrl, database, password)
  await promisify(execFile)(
    process.execPath,
    [`${root}node_modules/prisma/build/index.js`, 'migrate', 'deploy'],
    {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: urls.ownerUrl,
        PRISMA_SCHEMA_ENGINE_BINARY: `${root}scripts/prisma-schema-engine.mjs`,
        CHECKPOINT_DISABLE: '1',
      },
    },
  )
  return urls
}

/** The addresses of one database for its three roles. */
export function roleUrls(adminUrl: string, database: string, password: string): RoleUrls {
  const of = (role: string) => {
    const url = new URL(adminUrl)
    url.username = role
    url.password = password
    url.pathname = `/${database}`
    return url.href
  }
  return { ownerUrl: of('slipway_owner'), url: of('slipway_app'), systemUrl: of('slipway_system') }
}
