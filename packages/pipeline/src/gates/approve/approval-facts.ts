import { type AppId, asId, type ExecutionId, notFound, type OrganisationId, type UserId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { peopleOf, roleOf } from '@slipway/organisations'
import { type Execution, executionSchema } from '../../decide/execution.ts'
import { findCheck, targetsOf } from '../../decide/places.ts'
import type { CheckFacts } from '../decide/why-not-asked.ts'
import { approveAsk } from './approve.ts'
import type { ApprovalFacts } from './decide/why-not-approve.ts'

/** A check of an execution with what is asked of those who want to open it. */
export type CheckFound = CheckFacts & { executionId: ExecutionId; revisionId: string; state: Execution }

/** Throws not-found for an execution or place that is not there, also for an execution that has just been made. */
export async function findCheckFacts(
  tx: Tx,
  appId: AppId,
  { number, path }: { number: number; path: string },
): Promise<CheckFound> {
  const row = await tx.execution.findUnique({ where: { appId_number: { appId, number } } })
  const state = row === null ? undefined : executionSchema.safeParse(row.state).data
  if (row === null || state === undefined) throw notFound('execution')
  const found = findCheck(state, path)
  if (found === undefined) throw notFound('step or gate')
  const by = state.end?.by
  const newer = by ? await tx.execution.findUnique({ where: { id: by }, select: { number: true } }) : null
  return {
    executionId: asId('execution', row.id),
    revisionId: row.revisionId,
    state,
    number,
    end: state.end === null ? null : { how: state.end.how, by: newer?.number ?? null },
    check: found.check,
  }
}

export type Approver = ApprovalFacts['person'] & { name: string }

/** Who somebody is to an approval. Not inside of a transaction: accounts are no organisation's rows. */
export async function approverOf(
  db: Database,
  organisationId: OrganisationId,
  userId: UserId,
): Promise<Approver> {
  const role = await roleOf(db, organisationId, userId)
  const person = (await peopleOf(db, [userId])).get(userId)
  return { id: userId, role, name: person?.name ?? userId, email: person?.email ?? '' }
}

/** All that decides whether this person may approve what was found. */
export async function approvalFacts(
  tx: Tx,
  appId: AppId,
  path: string,
  found: CheckFound,
  person: Approver,
): Promise<ApprovalFacts> {
  const check = findCheck(found.state, path)?.check
  // Of another kind there is nothing to read, and the kind itself is why not.
  const asked = approveAsk.safeParse(check?.ask).data ?? { by: [], notAuthors: false }
  const carried = asked.notAuthors
    ? await carriedPeople(tx, appId, path, found)
    : { authors: [], pushers: [] }
  return { ...found, asked, person, ...carried }
}

/**
 * Who wrote and who pushed what passes with this approval: the revision and all between it and what was healthy before in any
 * environment of this stage and of those behind it. All that was ever pushed where one of them never had anything.
 */
async function carriedPeople(
  tx: Tx,
  appId: AppId,
  path: string,
  { executionId, revisionId, state }: CheckFound,
): Promise<Pick<ApprovalFacts, 'authors' | 'pushers'>> {
  const stage = state.stages.findIndex(({ name }) => path.startsWith(`${name}/`))
  let since = Number.POSITIVE_INFINITY
  for (const [, { environmentId }] of state.stages.slice(stage).flatMap(targetsOf)) {
    const before = await tx.deployment.findFirst({
      where: { environmentId, executionId: { not: executionId }, status: 'healthy' },
      orderBy: { endedAt: 'desc' },
      select: { release: { select: { revision: { select: { position: true } } } } },
    })
    since = Math.min(since, before?.release.revision.position ?? 0)
  }
  const { position } = await tx.revision.findUniqueOrThrow({ where: { id: revisionId } })
  const rows = await tx.revision.findMany({
    where: {
      appId,
      OR: [{ id: revisionId }, { position: { gt: Math.min(since, position), lte: position } }],
    },
    distinct: ['authorEmail', 'pushedBy'],
    select: { authorEmail: true, pushedBy: true },
  })
  return {
    authors: rows.map(({ authorEmail }) => authorEmail),
    pushers: rows.map(({ pushedBy }) => pushedBy),
  }
}
