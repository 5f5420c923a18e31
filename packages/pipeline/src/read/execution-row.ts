import { type AppId, asId, notFound, type OrganisationId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { eventSchema } from '../decide/event.ts'
import { errorSchema, executionKinds, executionSchema } from '../decide/execution.ts'
import { statuses } from '../decide/status.ts'
import { stepRows, stepsJson } from './step-shown.ts'

const executionRow = z.object({
  id: z.string(),
  number: z.number(),
  kind: z.enum(executionKinds),
  status: z.enum(statuses),
  startedBy: z.string(),
  reason: z.string().nullable(),
  createdAt: z.coerce.date(),
  endedAt: z.coerce.date().nullable(),
  error: errorSchema.nullable(),
  /** Undefined until the first event was folded in. */
  state: executionSchema.nullable().transform((state) => state ?? undefined),
  supersededBy: z.number().nullable(),
  revision: z.object({
    sha: z.string(),
    message: z.string(),
    author: z.string(),
    authorEmail: z.string(),
    branch: z.string(),
    pushedAt: z.coerce.date(),
    isBad: z.boolean(),
  }),
  events: z.array(z.object({ sequence: z.number(), event: eventSchema })),
  steps: stepRows,
  deployments: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      startedAt: z.coerce.date(),
      endedAt: z.coerce.date().nullable(),
      release: z.number(),
    }),
  ),
  services: z.array(z.object({ name: z.string(), publicName: z.string() })),
})
export type ExecutionRow = z.infer<typeof executionRow>

const rowSchema = z.object({
  app: z.object({ id: z.string().transform((id) => asId('app', id)), name: z.string() }),
  execution: executionRow.nullable(),
})

/** What the page of an execution is made from, in one statement. Throws not-found. */
export async function readExecution(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; number: number },
): Promise<{ app: { id: AppId; name: string }; row: ExecutionRow }> {
  const [found] = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      select json_build_object('id', app.id, 'name', app.name) as app,
        (
          select json_build_object(
            'id', execution.id, 'number', number, 'kind', kind, 'status', status, 'startedBy', started_by,
            'reason', reason, 'createdAt', created_at, 'endedAt', ended_at, 'error', error, 
            'state', nullif(state, '{}'), 'supersededBy', (select number from execution as newer where newer.id = execution.state->'end'->>'by'),
            'revision', json_build_object(
              'sha', sha, 'message', message, 'author', author, 'authorEmail', author_email, 'branch', revision.branch,
              'pushedAt', pushed_at, 'isBad', bad_since is not null
            ),
            'events', (
              select coalesce(json_agg(json_build_object('sequence', sequence, 'event', event) order by sequence), '[]')
              from execution_event
              where execution_event.organisation_id = ${organisationId} and execution_id = execution.id
            ),
            'steps', ${stepsJson(Prisma.sql`execution.id`, organisationId)},
            'deployments', (
              select coalesce(json_agg(
                json_build_object(
                  'id', deployment.id, 'status', status, 'startedAt', started_at, 'endedAt', ended_at,
                  'release', release.number
                ) order by started_at
              ), '[]')
              from deployment join release on release.id = release_id where execution_id = execution.id
            ),
            'services', (
              select coalesce(json_agg(json_build_object('name', name, 'publicName', public_name) order by name), '[]')
              from service
              where environment_id in (select environment_id from deployment where execution_id = execution.id)
                and removed_at is null and public_name is not null
            )
          )
          from execution join revision on revision.id = revision_id
          where execution.app_id = app.id and number = ${asked.number}
        ) as execution
      from app
      where app.organisation_id = ${organisationId} and app.name = ${asked.app} and app.deleted_at is null`,
  )
  if (found === undefined) throw notFound('app')
  const { app, execution } = rowSchema.parse(found)
  if (execution === null) throw notFound('execution')
  return { app, row: execution }
}
