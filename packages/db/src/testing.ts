import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { inject } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { migrate, roleUrls } from './migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
    redisUrl: string
  }
}

const password = 'test'

/** A fresh database of the newest schema, made from a template in milliseconds. One for each test file; close it at the end. */
export async function testDatabase(): Promise<{
  db: Database
  url: string
  systemUrl: string
  ownerUrl: string
  close(): Promise<void>
}> {
  const adminUrl = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  await admin.query(`create database ${name} template ${templateName()} owner slipway_owner`)
  const urls = roleUrls(adminUrl, name, password)
  const db = openDatabase({ ...urls, connectionsMax: 5 })
  return {
    db,
    ...urls,
    async close() {
      await db.close()
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

/** Named by what the migrations say, so that a kept server needs no migrating anew. */
export function templateName(): string {
  const folder = new URL('../../../prisma/migrations/', import.meta.url)
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).sort()) {
    if (name.includes('.')) continue
    hash.update(readFileSync(new URL(`${name}/migration.sql`, folder)))
  }
  return `template_${hash.digest('hex').slice(0, 12)}`
}

/** Makes the template when absent. Called once, before any test. */
export async function prepareTemplate(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    const known = await admin.query('select 1 from pg_database where datname = $1', [templateName()])
    if (known.rowCount) return
    const making = `making_${randomBytes(4).toString('hex')}`
    await migrate(adminUrl, making, password)
    await admin.query(`alter database ${making} rename to ${templateName()}`)
  } finally {
    await admin.end()
  }
}
