import { createHash } from 'node:crypto'
import type { Clock, OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { sayInLog } from '@slipway/hosts'

/** Writes one line of ours into a log. The same line of the same part is said once, however often its step runs. */
export function sayTo(
  db: Database,
  where: { organisationId: OrganisationId; stream: string; path: string },
  clock: Clock,
): (line: string) => Promise<void> {
  const { organisationId, stream, path } = where
  return async (line) => {
    const key = `${path}:${createHash('sha256').update(line).digest('hex').slice(0, 16)}`
    await db.inOrganisation(organisationId, (tx) =>
      sayInLog(tx, { organisationId, stream, key, at: clock.now(), lines: [line] }, clock),
    )
  }
}
