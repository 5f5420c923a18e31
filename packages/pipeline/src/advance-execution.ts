import { type AppId, asId, type ExecutionId, type OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { enqueue, type Handler, handle } from '@slipway/jobs'
import { advanceExecution } from './advance-execution-job.ts'
import { appendEvent } from './append-event.ts'
import { type ExecutionEvent, eventSchema } from './decide/event.ts'
import { move } from './decide/move.ts'
import { enqueueEffect } from './effects/enqueue-effect.ts'
import { loadPipeline, lockPipeline, storeExecution } from './pipeline-rows.ts'
import { tenantOf } from './tenant-of.ts'

export function advanceExecutionHandler(): Handler {
  return handle(advanceExecution, async ({ appId, isReleased = false }, context) => {
    const organisationId = tenantOf(context)
    await context.db.inOrganisation(organisationId, async (tx) => {
      await lockPipeline(tx, appId)
      await fold(tx, { organisationId, appId }, context.clock.now(), isReleased)
    })
  })
}

type Of = { organisationId: OrganisationId; appId: AppId }

/**
 * Folds what was recorded in the transaction that records it, so that what follows begins with its commit. What was
 * recorded is never lost with a fold that fails: a job folds it then, again and again.
 */
export async function foldAtOnce(tx: Tx, of: Of, now: Date): Promise<void> {
  await tx.$executeRaw`savepoint fold`
  try {
    await fold(tx, of, now)
  } catch {
    // Whatever it was, the job meets it again and says so.
    await tx.$executeRaw`rollback to savepoint fold`
    await enqueue(tx, advanceExecution, { appId: of.appId }, { organisationId: of.organisationId })
  }
}

/**
 * New state, effects and the mark "consumed" in the caller's transaction, which holds the lock of the pipeline. Twice,
 * or with nothing recorded, does nothing. Throws on an event or a state that it cannot read; then nothing of the app
 * moves until it can.
 */
async function fold(tx: Tx, { organisationId, appId }: Of, now: Date, isReleased = false): Promise<void> {
  const recorded = await unconsumed(tx, appId)
  if (recorded.length === 0 && !isReleased) return
  const events = recorded.map(({ event }) => event)
  const before = await loadPipeline(tx, appId, events)
  const moved = move(before, recorded, now.toISOString())

  for (const { id, sequence } of recorded) {
    await tx.executionEvent.updateMany({ where: { executionId: id, sequence }, data: { consumedAt: now } })
  }
  for (const { id, event } of moved.decided) {
    await appendEvent(tx, { organisationId, executionId: id }, event, { key: null, consumedAt: now })
  }
  for (const [id, execution] of moved.pipeline.executions) {
    if (execution !== before.executions.get(id))
      await storeExecution(tx, { organisationId, appId }, execution)
  }
  for (const { id, effect } of moved.effects) await enqueueEffect(tx, organisationId, id, effect)
}

type Recorded = { id: ExecutionId; sequence: number; event: ExecutionEvent }

async function unconsumed(tx: Tx, appId: AppId): Promise<Recorded[]> {
  const rows = await tx.executionEvent.findMany({
    where: { execution: { appId }, consumedAt: null },
    orderBy: [{ executionId: 'asc' }, { sequence: 'asc' }],
  })
  return rows.map((row) => ({
    id: asId('execution', row.executionId),
    sequence: row.sequence,
    event: eventSchema.parse(row.event),
  }))
}
