import type { ExecutionId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { foldAtOnce } from './advance-execution.ts'
import { appendEvent } from './append-event.ts'
import type { ExecutionEvent } from './decide/event.ts'
import { lockPipelineOf } from './pipeline-rows.ts'

/**
 * Appends to the log of an execution and folds it into the state, all in the caller's transaction. With a `key` it is
 * recorded once, whoever says it again. Answers whether it was new. Takes the lock of the app's pipeline.
 */
export async function recordEvent(
  tx: Tx,
  executionId: ExecutionId,
  event: ExecutionEvent,
  key: string | null = null,
): Promise<boolean> {
  const { organisationId, appId } = await lockPipelineOf(tx, executionId)
  const isNew = await appendEvent(tx, { organisationId, executionId }, event, key)
  if (isNew) await foldAtOnce(tx, { organisationId, appId }, new Date(event.at))
  return isNew
}
