import { type Clock, newId, type RevisionId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { chooseGatePort, type GatePorts, getAppById } from '@slipway/environments'
import { type PlanResult, problemsError } from '@slipway/manifest'
import { branchOf, type Commit, type Push, type PushOutcome } from '@slipway/sources'
import type { ExecutionEvent } from './decide/event.ts'
import { lockPipeline } from './pipeline-rows.ts'
import { jsonOf } from './release-rows.ts'
import { stagesOfPlan } from './stages-of-plan.ts'
import { startExecution } from './start-execution.ts'
import { type BadMark, badMark } from './was-bad.ts'

/**
 * Takes a push in: revisions, an execution and its first event, in the caller's transaction, so that a push
 * that was acknowledged is never lost. A ref that deploys nothing stays. A refused manifest makes an execution
 * that has failed, where everybody sees why; a commit that was bad before stays so and waits for a person. The same push
 * twice makes two executions: `sources` records each once. The environments that its pipeline names are made.
 */
export async function receivePush(
  tx: Tx,
  push: Push,
  { clock, db, gatePorts }: { clock: Clock; db: Database; gatePorts: GatePorts },
): Promise<PushOutcome> {
  const { organisationId, appId } = push
  await lockPipeline(tx, appId)
  const app = await getAppById(tx, appId)
  const { head, plan } = push
  const stays = { kind: 'stays' as const, branch: app.branch }
  if (head === undefined || plan === undefined || app.deletingSince !== null) return stays
  if (branchOf(push.ref) !== app.branch) return stays

  const now = clock.now()
  const bad = await badMark(tx, appId, head.sha)
  const { revisionId, position } = await writeRevisions(
    tx,
    { ...push, branch: app.branch, head, plan, bad },
    now,
  )
  const choosePort = (others: readonly number[]) => chooseGatePort(db, gatePorts, others)
  const staged = plan.ok ? await stagesOfPlan(tx, app, plan.plan, { clock, db, choosePort }) : plan
  const event: ExecutionEvent = {
    type: 'received',
    at: now.toISOString(),
    kind: 'push',
    order: position,
    deploysByItself: app.autoDeploy && bad === undefined,
    releaseId: null,
    stages: staged.ok ? staged.stages : [],
    error: staged.ok ? null : problemsError(staged.problems).toJSON(),
  }
  const execution = await startExecution(tx, { organisationId, appId, revisionId, by: push.by, event }, clock)
  return { kind: 'deploys', executionId: execution.id, number: execution.number }
}

/** Enough to show what came along; the rest of a long history is git's to tell. */
const revisionsMax = 50

/** A row for each new commit, oldest first, so that each can be followed; the head, which is executed, is the last. */
async function writeRevisions(
  tx: Tx,
  push: Push & { branch: string; head: Commit; plan: PlanResult; bad: BadMark | undefined },
  now: Date,
): Promise<{ revisionId: RevisionId; position: number }> {
  const { organisationId, appId, head } = push
  const last = await tx.revision.findFirst({
    where: { appId },
    orderBy: { position: 'desc' },
    select: { position: true },
  })
  const others = push.commits.filter((commit) => commit.sha !== head.sha).slice(0, revisionsMax - 1)
  const place = { organisationId, appId, branch: push.branch, pushedAt: push.receivedAt, pushedBy: push.by }
  const rows = [...others.toReversed(), head].map((commit, index) => ({
    ...place,
    id: newId('revision', now),
    sha: commit.sha,
    message: commit.message,
    author: commit.authorName,
    authorEmail: commit.authorEmail,
    authoredAt: commit.authoredAt,
    position: (last?.position ?? 0) + 1 + index,
    ...(commit === head ? { ...planColumns(push.plan), ...push.bad } : {}),
  }))
  await tx.revision.createMany({ data: rows })
  const row = rows.at(-1)
  if (row === undefined) throw new Error('a push has a head')
  return { revisionId: row.id, position: row.position }
}

function planColumns(result: PlanResult) {
  return result.ok ? { plan: jsonOf(result.plan) } : { planErrors: jsonOf(result.problems) }
}
