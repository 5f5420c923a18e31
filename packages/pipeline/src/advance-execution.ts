import type { AppId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { enqueue, type Handler, handle } from '@slipway/jobs'
import { advanceExecution } from './advance-execution-job.ts'
import { move } from './decide/move.ts'
import { enqueueEffects } from './effects/enqueue-effects.ts'
import { consume, loadPipeline, lockPipeline, storeExecutions } from './pipeline-rows.ts'
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
  const { recorded, pipeline } = await loadPipeline(tx, appId)
  if (recorded.length === 0 && !isReleased) return
  const moved = move(pipeline, recorded, now.toISOString())
  const changed = [...moved.pipeline.executions].filter(([id, each]) => each !== pipeline.executions.get(id))
  await consume(tx, organisationId, recorded, moved.decided, now)
  await storeExecutions(
    tx,
    { organisationId, appId },
    changed.map(([, execution]) => execution),
  )
  await enqueueEffects(tx, organisationId, moved.effects)
}
