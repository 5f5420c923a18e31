import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate, type RoleUrls, roleUrls } from '@slipway/db'
import { projectFolder } from '../config.ts'
import { digestOf } from '../process/digest.ts'

/**
 * Brings the sandbox's database to the newest schema. Milliseconds when the migrations are those of the last start;
 * else as long as Prisma takes.
 */
export async function migrateDatabase(state: string, adminUrl: string, password: string): Promise<RoleUrls> {
  const file = join(state, 'postgres/migrated')
  const digest = digestOf([join(projectFolder, 'prisma/migrations')])
  if (existsSync(file) && readFileSync(file, 'utf8') === digest) return roleUrls(adminUrl, database, password)
  const urls = await migrate(adminUrl, database, password)
  writeFileSync(file, digest)
  return urls
}

const database = 'slipway'
