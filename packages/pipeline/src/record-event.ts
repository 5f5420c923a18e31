import { asId, type ExecutionId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { foldAtOnce } from './advance-execution.ts'
import { appendEvent } from './append-event.ts'
import type { ExecutionEvent } from './decide/event.ts'
import { lockPipeline } from './pipeline-rows.ts'

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
  const execution = await tx.execution.findUniqueOrThrow({
    where: { id: executionId },
    select: { organisationId: true, appId: true },
  })
  const organisationId = asId('organisation', execution.organisationId)
  const appId = asId('app', execution.appId)
  await lockPipeline(tx, appId)
  const isNew = await appendEvent(tx, { organisationId, executionId }, event, { key, consumedAt: null })
  if (isNew) await foldAtOnce(tx, { organisationId, appId }, new Date(event.at))
  return isNew
}
