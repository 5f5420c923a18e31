import { newId, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'

/** A person with a proven address and no password, for tests of what needs somebody to be there. */
export async function addPerson(db: Database, name: string): Promise<UserId> {
  const id = newId('user')
  const now = new Date()
  await db.inSystem('sign people in', (tx) =>
    tx.user.create({
      data: { id, name, email: `${id}@example.com`, emailVerified: true, createdAt: now, updatedAt: now },
    }),
  )
  return id
}
