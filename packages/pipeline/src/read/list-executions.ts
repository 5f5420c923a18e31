import { notFound, type OrganisationId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { errorSchema, executionKinds, executionSchema } from '../decide/execution.ts'
import { type Status, statuses } from '../decide/status.ts'
import { type Waiting, waitOf } from '../decide/wait-of.ts'
import { firstLine, namesOf, type Person } from './people.ts'

/** One line of an app's executions. Times are ISO. */
export type ExecutionListed = {
  id: string
  number: number
  kind: (typeof executionKinds)[number]
  status: Status
  sha: string
  message: string
  author: string
  startedBy: Person
  createdAt: string
  endedAt: string | null
  /** What went wrong, in one sentence. */
  failed: string | null
  /** What it waits for; null while it works or when it has ended. */
  waits: Waiting | null
}

const pageSize = 30
/** Beyond any number: the newest page. */
const newest = 2_147_483_647

const pageRow = z.object({
  executions: z.array(
    z.object({
      id: z.string(),
      number: z.number(),
      kind: z.enum(executionKinds),
      status: z.enum(statuses),
      error: errorSchema.nullable(),
      started_by: z.string(),
      created_at: z.coerce.date(),
      ended_at: z.coerce.date().nullable(),
      sha: z.string(),
      message: z.string(),
      author: z.string(),
      // Nothing until the first event was folded in.
      state: executionSchema.nullable().catch(null),
    }),
  ),
})

/** Newest first, 30 a page; `next` is the `before` of the older page. Throws not-found. */
export async function listExecutions(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; before?: number | undefined },
): Promise<{ executions: ExecutionListed[]; next: number | null }> {
  // Only what has not ended can wait, and states are large.
  const [row] = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      select (
        select coalesce(json_agg(execution order by number desc), '[]') from (
          select execution.id, number, kind, status, error, started_by, created_at, ended_at, sha, message, author,
            case when ended_at is null then state end as state
          from execution join revision on revision.id = revision_id
          where execution.app_id = app.id and number < ${asked.before ?? newest}
          order by number desc limit ${pageSize + 1}
        ) as execution
      ) as executions
      from app where organisation_id = ${organisationId} and name = ${asked.app} and deleted_at is null`,
  )
  if (row === undefined) throw notFound('app')
  const page = pageRow.parse(row).executions
  const person = await namesOf(
    db,
    page.map((each) => each.started_by),
  )
  const executions = page.slice(0, pageSize).map((each) => ({
    id: each.id,
    number: each.number,
    kind: each.kind,
    status: each.status,
    sha: each.sha,
    message: firstLine(each.message),
    author: each.author,
    startedBy: person(each.started_by),
    createdAt: each.created_at.toISOString(),
    endedAt: each.ended_at?.toISOString() ?? null,
    failed: each.error?.what ?? null,
    waits: each.state === null ? null : waitOf(each.state),
  }))
  return { executions, next: page.length > pageSize ? (executions.at(-1)?.number ?? null) : null }
}

/** A push that waits for somebody to press Deploy, in any app of the organisation. */
export type PushWaiting = {
  app: string
  number: number
  sha: string
  message: string
  author: string
  pushedAt: string
  /** ISO; it gives up at `until`. */
  since: string
  until: string
}

const holding = z.object({
  stages: z.array(
    z.object({
      lane: z.object({ is: z.string(), since: z.string().optional(), until: z.string().optional() }),
    }),
  ),
})

export async function listPushesWaiting(
  db: Database,
  organisationId: OrganisationId,
): Promise<PushWaiting[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const rows = await tx.execution.findMany({
      where: { organisationId, status: 'holding', endedAt: null },
      orderBy: { createdAt: 'desc' },
      include: { revision: true, app: { select: { name: true } } },
    })
    return rows.map((each) => {
      const lane = holding.parse(each.state).stages.find((stage) => stage.lane.is === 'holding')?.lane
      return {
        app: each.app.name,
        number: each.number,
        sha: each.revision.sha,
        message: firstLine(each.revision.message),
        author: each.revision.author,
        pushedAt: each.revision.pushedAt.toISOString(),
        since: lane?.since ?? each.createdAt.toISOString(),
        until: lane?.until ?? each.createdAt.toISOString(),
      }
    })
  })
}
