import { type AppId, asId, type ExecutionId, type OrganisationId } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { z } from 'zod'
import { type Execution, executionSchema } from './decide/execution.ts'
import type { LastEntered } from './decide/lane.ts'
import type { Pipeline } from './decide/move.ts'
import { statusOf } from './decide/status.ts'

/**
 * One transaction at a time writes the pipeline of an app: its revisions, executions and their events. Taken
 * first by whoever writes any of them, held until the transaction ends.
 */
export async function lockPipeline(tx: Tx, appId: AppId): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`pipeline:${appId}`}, 0))::text`
}

/** The executions of an app that have not ended, and who was the newest push to enter each stage. */
export async function loadPipeline(tx: Tx, appId: AppId): Promise<Pipeline> {
  const rows = await tx.execution.findMany({
    where: { appId, endedAt: null },
    orderBy: { number: 'asc' },
    select: { id: true, state: true },
  })
  const executions = new Map<ExecutionId, Execution>()
  for (const row of rows) {
    // A row is made together with its first event; until that is folded in there is no state yet.
    if (isFresh(row.state)) continue
    executions.set(asId('execution', row.id), executionSchema.parse(row.state))
  }
  return { executions, lastEntered: await lastEntered(tx, appId) }
}

const enteredRow = z.object({ stage: z.string(), id: z.string(), order: z.number() })

async function lastEntered(tx: Tx, appId: AppId): Promise<Record<string, LastEntered>> {
  const rows = await tx.$queryRaw<unknown[]>`
    select distinct on (stage->>'name') stage->>'name' as stage, e.id, (e.state->>'order')::int as "order"
    from execution e, jsonb_array_elements(e.state->'stages') stage
    where e.app_id = ${appId} and e.kind = 'push' and stage->'lane'->>'is' in ('entered', 'left')
    order by stage->>'name', (e.state->>'order')::int desc`
  const found: Record<string, LastEntered> = {}
  for (const row of rows) {
    const { stage, id, order } = enteredRow.parse(row)
    found[stage] = { id: asId('execution', id), order }
  }
  return found
}

function isFresh(state: unknown): boolean {
  return typeof state === 'object' && state !== null && Object.keys(state).length === 0
}

/** Writes what `advance` made of an execution. Nothing else writes this state. */
export async function storeExecution(
  tx: Tx,
  where: { organisationId: OrganisationId; appId: AppId },
  execution: Execution,
): Promise<void> {
  const { end } = execution
  const row = await tx.execution.update({
    where: { id: execution.id },
    data: {
      state: execution,
      status: statusOf(execution),
      version: { increment: 1 },
      releaseId: execution.releaseId,
      ...(end === null
        ? {}
        : { endedAt: new Date(end.at), ...(end.error === null ? {} : { error: { ...end.error } }) }),
    },
    select: { revisionId: true },
  })
  if (execution.isBad && execution.failing !== null) {
    await tx.revision.updateMany({
      where: { id: row.revisionId, badSince: null },
      data: { badSince: new Date(end?.at ?? execution.startedAt), badReason: { ...execution.failing } },
    })
  }
  await announce(tx, where.organisationId, `execution:${execution.id}`)
  await announce(tx, where.organisationId, `app:${where.appId}`)
  await announce(tx, where.organisationId, 'apps')
}
