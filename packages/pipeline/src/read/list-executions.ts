import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { z } from 'zod'
import { errorSchema, executionKinds, executionSchema } from '../decide/execution.ts'
import { type Status, statuses } from '../decide/status.ts'
import { type Waiting, waitOf } from '../decide/wait-of.ts'
import { firstLine, namesOf, type Person } from './people.ts'

const row = z.object({
  kind: z.enum(executionKinds),
  status: z.enum(statuses),
  error: errorSchema.nullable(),
})

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

/** Newest first, 30 a page; `next` is the `before` of the older page. Throws not-found. */
export async function listExecutions(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; before?: number | undefined },
): Promise<{ executions: ExecutionListed[]; next: number | null }> {
  const { rows, waits } = await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    const rows = await tx.execution.findMany({
      where: { appId: app.id, ...(asked.before === undefined ? {} : { number: { lt: asked.before } }) },
      orderBy: { number: 'desc' },
      take: pageSize + 1,
      omit: { state: true },
      include: { revision: { select: { sha: true, message: true, author: true } } },
    })
    // Only what has not ended can wait, and states are large.
    const open = await tx.execution.findMany({
      where: { id: { in: rows.map(({ id }) => id) }, endedAt: null },
      select: { id: true, state: true },
    })
    const waits = new Map(open.map(({ id, state }) => [id, waitIn(state)]))
    return { rows, waits }
  })
  const person = await namesOf(
    db,
    rows.map((each) => each.startedBy),
  )
  const executions = rows.slice(0, pageSize).map((each) => {
    const { kind, status, error } = row.parse(each)
    return {
      id: each.id,
      number: each.number,
      kind,
      status,
      sha: each.revision.sha,
      message: firstLine(each.revision.message),
      author: each.revision.author,
      startedBy: person(each.startedBy),
      createdAt: each.createdAt.toISOString(),
      endedAt: each.endedAt?.toISOString() ?? null,
      failed: error?.what ?? null,
      waits: waits.get(each.id) ?? null,
    }
  })
  return { executions, next: rows.length > pageSize ? (executions.at(-1)?.number ?? null) : null }
}

/** Nothing until the first event was folded in. */
function waitIn(state: unknown): Waiting | null {
  const parsed = executionSchema.safeParse(state)
  return parsed.success ? waitOf(parsed.data) : null
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
