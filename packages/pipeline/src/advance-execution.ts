import { type AppId, asId, type Clock, type ExecutionId, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { type Handler, handle } from '@slipway/jobs'
import { advanceExecution } from './advance-execution-job.ts'
import { type ExecutionEvent, eventSchema } from './decide/event.ts'
import { move } from './decide/move.ts'
import { enqueueEffect } from './effects/enqueue-effect.ts'
import { loadPipeline, lockPipeline, storeExecution } from './pipeline-rows.ts'
import { appendEvent } from './record-event.ts'
import { tenantOf } from './tenant-of.ts'

export function advanceExecutionHandler(): Handler {
  return handle(advanceExecution, async ({ appId, isReleased = false }, context) => {
    await advanceApp(context.db, tenantOf(context), { appId, isReleased }, context.clock)
  })
}

/**
 * New state, effects and the mark "consumed" in one transaction. Twice, or with nothing recorded, does
 * nothing. Throws on an event or a state that it cannot read; then nothing of the app moves until it can.
 */
async function advanceApp(
  db: Database,
  organisationId: OrganisationId,
  { appId, isReleased }: { appId: AppId; isReleased: boolean },
  clock: Clock,
): Promise<number> {
  return db.inOrganisation(organisationId, async (tx) => {
    await lockPipeline(tx, appId)
    const recorded = await unconsumed(tx, appId)
    if (recorded.length === 0 && !isReleased) return 0
    const events = recorded.map(({ event }) => event)
    const before = await loadPipeline(tx, appId, events)
    const now = clock.now()
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
    return recorded.length
  })
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
