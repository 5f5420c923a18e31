import type { ExecutionId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { ExecutionEvent } from './decide/event.ts'

/**
 * Writes one event behind those that are there, without folding it. Answers whether it was new: one of the same key
 * stays as it is. The caller holds the lock of the app's pipeline.
 */
export async function appendEvent(
  tx: Tx,
  { organisationId, executionId }: { organisationId: OrganisationId; executionId: ExecutionId },
  event: ExecutionEvent,
  key: string | null,
): Promise<boolean> {
  const written = await tx.$executeRaw`
    insert into execution_event (organisation_id, execution_id, sequence, at, event, key)
    select ${organisationId}, ${executionId}, coalesce(max(sequence), 0) + 1, ${new Date(event.at)},
      ${JSON.stringify(event)}::jsonb, ${key}
    from execution_event where execution_id = ${executionId}
    on conflict (execution_id, key) do nothing`
  return written > 0
}
