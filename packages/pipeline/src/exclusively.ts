import { randomUUID } from 'node:crypto'
import type { OrganisationId } from '@slipway/core'
import { type Database, releaseLease, takeLease } from '@slipway/db'

/** Real time. A worker that died gives way after so long; one that lives renews three times as often. */
const leaseSeconds = 15

/**
 * Runs `work` while nobody else runs what has this name, or answers undefined at once. Steps may run twice, one
 * after the other, but never beside themselves: two that look in one moment would both send the command that
 * neither finds.
 */
export async function exclusively<T>(
  db: Database,
  organisationId: OrganisationId,
  name: string,
  work: () => Promise<T>,
): Promise<{ result: T } | undefined> {
  const holder = randomUUID()
  const take = () =>
    db.inOrganisation(organisationId, (tx) => takeLease(tx, organisationId, name, holder, leaseSeconds))
  if ((await take()) === undefined) return undefined
  const renewal = setInterval(
    () => {
      take().catch(() => {
        // The lease runs out by itself; the database being away is met by the work as well.
      })
    },
    (leaseSeconds * 1000) / 3,
  )
  try {
    return { result: await work() }
  } finally {
    clearInterval(renewal)
    await db.inOrganisation(organisationId, (tx) => releaseLease(tx, organisationId, name, holder))
  }
}
