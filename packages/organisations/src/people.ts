import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'

const rowsSchema = z.array(z.object({ id: z.string(), name: z.string(), email: z.string() }))

/**
 * Names and addresses of these users, by id. Only for ids that were found in a tenant's own rows: it answers for
 * anybody.
 */
export async function peopleOf(
  db: Database,
  userIds: Iterable<string>,
): Promise<Map<string, { name: string; email: string }>> {
  const ids = [...new Set(userIds)]
  if (ids.length === 0) return new Map()
  const rows = await db.statementInSystem(
    'name people',
    Prisma.sql`select id, name, email from "user" where id = any(${ids})`,
  )
  return new Map(rowsSchema.parse(rows).map(({ id, name, email }) => [id, { name, email }]))
}
