import type { Database } from '@slipway/db'
import { peopleOf } from '@slipway/organisations'

/** Who did something: a person's name, or `Slipway` itself. */
export type Person = { id: string; name: string }

/** Names by user id; only for ids of the tenant's own rows. */
export async function namesOf(db: Database, ids: readonly string[]): Promise<(id: string) => Person> {
  const people = await peopleOf(db, ids)
  return (id) => ({ id, name: people.get(id)?.name ?? (id === 'slipway' ? 'Slipway' : id) })
}

export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
