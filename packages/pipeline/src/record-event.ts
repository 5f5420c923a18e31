import { asId, type ExecutionId, type OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { enqueue } from '@slipway/jobs'
import { advanceExecution } from './advance-execution-job.ts'
import type { ExecutionEvent } from './decide/event.ts'
import { lockPipeline } from './pipeline-rows.ts'

/**
 * Appends to the log of an execution in the caller's transaction; a job folds it into the state. With a `key`
 * it is recorded once, whoever says it again. Answers whether it was new. Takes the lock of the app's pipeline.
 */
export async function recordEvent(
  tx: Tx,
  executionId: ExecutionId,
  event: ExecutionEvent,
  key?: string,
): Promise<boolean> {
  const execution = await tx.execution.findUniqueOrThrow({
    where: { id: executionId },
    select: { organisationId: true, appId: true },
  })
  const organisationId = asId('organisation', execution.organisationId)
  const appId = asId('app', execution.appId)
  await lockPipeline(tx, appId)
  if (key !== undefined) {
    const said = await tx.executionEvent.findFirst({
      where: { executionId, key },
      select: { sequence: true },
    })
    if (said !== null) return false
  }
  await appendEvent(tx, { organisationId, executionId }, event, { key: key ?? null, consumedAt: null })
  await enqueue(tx, advanceExecution, { appId }, { organisationId })
  return true
}

/** Writes one event behind those that are there. The caller holds the lock of the app's pipeline. */
export async function appendEvent(
  tx: Tx,
  where: { organisationId: OrganisationId; executionId: ExecutionId },
  event: ExecutionEvent,
  mark: { key: string | null; consumedAt: Date | null },
): Promise<void> {
  const last = await tx.executionEvent.findFirst({
    where: { executionId: where.executionId },
    orderBy: { sequence: 'desc' },
    select: { sequence: true },
  })
  await tx.executionEvent.create({
    data: { ...where, sequence: (last?.sequence ?? 0) + 1, at: new Date(event.at), event, ...mark },
  })
}
