import type { OrganisationId } from '@slipway/core'
import type { Tx } from './database.ts'

/** The channel that the api listens to for browsers. */
export const liveChannel = 'live'

/**
 * Tells whoever looks that something changed, once this transaction commits; they read it again. Costs nothing
 * when nobody looks. A topic names the thing, such as `execution:<id>`; the same twice in a transaction is once.
 */
export async function announce(tx: Tx, organisationId: OrganisationId, ...topics: string[]): Promise<void> {
  await tx.$executeRaw`
    select pg_notify(${liveChannel}, ${organisationId} || '|' || topic) from unnest(${topics}::text[]) as topic`
}

export function parseAnnouncement(payload: string): { organisationId: string; topic: string } {
  const at = payload.indexOf('|')
  return { organisationId: payload.slice(0, at), topic: payload.slice(at + 1) }
}
