import { type AppId, asId, type ExecutionId, type OrganisationId } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { z } from 'zod'
import type { ExecutionEvent } from './decide/event.ts'
import { type Execution, executionSchema } from './decide/execution.ts'
import type { LastEntered } from './decide/lane.ts'
import type { Pipeline } from './decide/move.ts'
import { statusOf } from './decide/status.ts'
import { waitOf } from './decide/wait-of.ts'

/**
 * One transaction at a time writes the pipeline of an app: its revisions, executions and their events. Taken
 * first by whoever writes any of them, held until the transaction ends.
 */
export async function lockPipeline(tx: Tx, appId: AppId): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`pipeline:${appId}`}, 0))::text`
}

/**
 * The executions of an app that have not ended, and who was the newest push to enter each of their stages, and of
 * those that `recorded` brings, and which stages a person holds.
 */
export async function loadPipeline(
  tx: Tx,
  appId: AppId,
  recorded: readonly ExecutionEvent[],
): Promise<Pipeline> {
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
  const begun = recorded.flatMap((event) =>
    event.type === 'received' || event.type === 'generated' ? [event] : [],
  )
  const stages = [...executions.values(), ...begun].flatMap((each) => each.stages.map(({ name }) => name))
  const holds = await tx.pipelineStageHold.findMany({ where: { appId }, select: { stage: true } })
  return {
    executions,
    lastEntered: await lastEntered(tx, appId, [...new Set(stages)]),
    held: new Set(holds.map(({ stage }) => stage)),
  }
}

const enteredRow = z.object({ stage: z.string(), id: z.string(), order: z.number() })

/** Looks back from the newest push, whose number grows as its order does, so that a long history costs nothing. */
async function lastEntered(tx: Tx, appId: AppId, stages: string[]): Promise<Record<string, LastEntered>> {
  const rows = await tx.$queryRaw<unknown[]>`
    select asked.stage, entered.id, entered."order"
    from unnest(${stages}::text[]) as asked (stage) cross join lateral (
      select execution.id, (state->>'order')::int as "order" from execution
      where app_id = ${appId} and kind = 'push' and exists (
        select from jsonb_array_elements(state->'stages') as passed
        where passed->>'name' = asked.stage and passed->'lane'->>'is' in ('entered', 'left')
      )
      order by number desc limit 1
    ) as entered`
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
      waitsFor: waitOf(execution)?.waitsFor ?? null,
      version: { increment: 1 },
      releaseId: execution.releaseId,
      ...(end === null
        ? {}
        : { endedAt: new Date(end.at), ...(end.error === null ? {} : { error: { ...end.error } }) }),
    },
    select: { revisionId: true },
  })
  if (execution.isBad && execution.failing !== null) {
    const { sha } = await tx.revision.findUniqueOrThrow({
      where: { id: row.revisionId },
      select: { sha: true },
    })
    await tx.revision.updateMany({
      where: { appId: where.appId, sha, badSince: null },
      data: { badSince: new Date(end?.at ?? execution.startedAt), badReason: { ...execution.failing } },
    })
  }
  await announce(tx, where.organisationId, `execution:${execution.id}`, `app:${where.appId}`, 'apps')
}
