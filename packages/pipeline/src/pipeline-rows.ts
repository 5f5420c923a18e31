import { type AppId, asId, type ExecutionId, type OrganisationId } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { z } from 'zod'
import { type ExecutionEvent, eventSchema } from './decide/event.ts'
import { type Execution, executionIdSchema, executionSchema } from './decide/execution.ts'
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
 * The same for whoever knows an execution alone; answers whose it is, which never changes. Throws where it does not exist.
 */
export async function lockPipelineOf(
  tx: Tx,
  executionId: ExecutionId,
): Promise<{ organisationId: OrganisationId; appId: AppId }> {
  const [row] = await tx.$queryRaw<{ organisationId: string; appId: string }[]>`
    select organisation_id as "organisationId", app_id as "appId",
      pg_advisory_xact_lock(hashtextextended('pipeline:' || app_id, 0))::text
    from execution where id = ${executionId}`
  if (row === undefined) throw new Error(`there is no execution ${executionId}`)
  return { organisationId: asId('organisation', row.organisationId), appId: asId('app', row.appId) }
}

/** An event that was recorded and not yet folded in. */
export type Recorded = { id: ExecutionId; sequence: number; event: ExecutionEvent }

const pipelineRow = z.object({
  recorded: z.array(z.object({ id: executionIdSchema, sequence: z.number(), event: eventSchema })),
  executions: z.array(z.object({ id: executionIdSchema, state: executionSchema })),
  entered: z.array(z.object({ stage: z.string(), id: executionIdSchema, order: z.number() })),
  held: z.array(z.string()),
})

/**
 * What was recorded, and what it is folded into: the executions of an app that have not ended, who was the newest push
 * to enter each of their stages and of those that `recorded` brings, and which stages a person holds. One statement,
 * since every event of every app waits for it. Who entered last is looked for from the newest push back, whose number
 * grows as its order does, so that a long history costs nothing.
 */
export async function loadPipeline(
  tx: Tx,
  appId: AppId,
): Promise<{ recorded: Recorded[]; pipeline: Pipeline }> {
  const rows = await tx.$queryRaw<unknown[]>`
    with recorded as materialized (
      select told.execution_id as id, told.sequence, told.event
      from execution join execution_event told on told.execution_id = execution.id
      where execution.app_id = ${appId} and told.consumed_at is null
    ), open as materialized (
      -- A row is made together with its first event; until that is folded in there is no state yet.
      select id, number, state from execution where app_id = ${appId} and ended_at is null and state <> '{}'
    ), stage as (
      select distinct stage->>'name' as name
      from (select state from open union all select event from recorded) as each (json),
        jsonb_array_elements(coalesce(json->'stages', '[]')) as stage
    ), entered as (
      select stage.name as stage, newest.id, newest."order" from stage cross join lateral (
        select execution.id, (state->>'order')::int as "order" from execution
        where app_id = ${appId} and kind = 'push' and exists (
          select from jsonb_array_elements(state->'stages') as passed
          where passed->>'name' = stage.name and passed->'lane'->>'is' in ('entered', 'left')
        )
        order by number desc limit 1
      ) as newest
    )
    select
      (select coalesce(jsonb_agg(to_jsonb(recorded) order by id, sequence), '[]') from recorded) as recorded,
      (select coalesce(jsonb_agg(to_jsonb(open) order by number), '[]') from open) as executions,
      (select coalesce(jsonb_agg(to_jsonb(entered)), '[]') from entered) as entered,
      (select coalesce(jsonb_agg(stage), '[]') from pipeline_stage_hold where app_id = ${appId}) as held`
  const { recorded, executions, entered, held } = pipelineRow.parse(rows[0])
  return {
    recorded,
    pipeline: {
      executions: new Map(executions.map(({ id, state }) => [id, state])),
      lastEntered: Object.fromEntries(entered.map(({ stage, id, order }) => [stage, { id, order }])),
      held: new Set(held),
    },
  }
}

/** Marks what was folded in, and writes what the lanes decided meanwhile, which is part of the state already. */
export async function consume(
  tx: Tx,
  organisationId: OrganisationId,
  recorded: readonly Recorded[],
  decided: readonly { id: ExecutionId; event: ExecutionEvent }[],
  now: Date,
): Promise<void> {
  await tx.$executeRaw`
    with consumed as (
      update execution_event set consumed_at = ${now}
      from jsonb_to_recordset(${JSON.stringify(recorded)}::jsonb) as told (id text, sequence int)
      where execution_id = told.id and execution_event.sequence = told.sequence
    )
    insert into execution_event (organisation_id, execution_id, sequence, at, event, consumed_at)
    select ${organisationId}, id,
      (select max(sequence) from execution_event where execution_id = id) + row_number() over (partition by id order by place),
      (event->>'at')::timestamptz, event, ${now}
    from rows from (
      jsonb_to_recordset(${JSON.stringify(decided)}::jsonb) as (id text, event jsonb)
    ) with ordinality as decided (id, event, place)`
}

/** Writes what `advance` made of executions. Nothing else writes their states. */
export async function storeExecutions(
  tx: Tx,
  { organisationId, appId }: { organisationId: OrganisationId; appId: AppId },
  executions: readonly Execution[],
): Promise<void> {
  if (executions.length === 0) return
  const rows = executions.map((execution) => ({
    id: execution.id,
    state: execution,
    status: statusOf(execution),
    waits_for: waitOf(execution)?.waitsFor ?? null,
    release_id: execution.releaseId,
    ended_at: execution.end?.at ?? null,
    error: execution.end?.error ?? null,
  }))
  await tx.$executeRaw`
    update execution set state = made.state, status = made.status, waits_for = made.waits_for,
      version = version + 1, release_id = made.release_id, ended_at = made.ended_at, error = made.error
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as made (
      id text, state jsonb, status text, waits_for text, release_id text, ended_at timestamptz, error jsonb
    )
    where execution.id = made.id`
  for (const execution of executions) await markBad(tx, appId, execution)
  const topics = executions.map(({ id }) => `execution:${id}`)
  await announce(tx, organisationId, ...topics, `app:${appId}`, 'apps')
}

/** All pushes of the commit, from the first that went wrong. */
async function markBad(
  tx: Tx,
  appId: AppId,
  { id, isBad, failing, end, startedAt }: Execution,
): Promise<void> {
  if (!isBad || failing === null) return
  const { revision } = await tx.execution.findUniqueOrThrow({
    where: { id },
    select: { revision: { select: { sha: true } } },
  })
  await tx.revision.updateMany({
    where: { appId, sha: revision.sha, badSince: null },
    data: { badSince: new Date(end?.at ?? startedAt), badReason: { ...failing } },
  })
}
