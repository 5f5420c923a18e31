import { type Clock, type OrganisationId, UserError, type UserErrorFields, type UserId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { audit } from '@slipway/organisations'
import { type ExecutionEvent, eventSchema } from './decide/event.ts'
import {
  type Approver,
  approvalFacts,
  approverOf,
  type CheckFound,
  findCheckFacts,
} from './gates/approve/approval-facts.ts'
import { type ApprovalFacts, whyNotApprove, whyNotReject } from './gates/approve/decide/why-not-approve.ts'
import { whyNotOverride } from './gates/decide/why-not-asked.ts'
import { givenReason } from './given-reason.ts'
import { lockPipeline } from './pipeline-rows.ts'
import { recordEvent } from './record-event.ts'

/** An app's execution by number, and the place of a step or gate in it, such as `production/before/0`. */
type Asked = { app: string; number: number; path: string; by: UserId }

/**
 * A person's approval of this stage, this revision and the commits that it carries. Twice it counts once. Throws
 * not-found, or `approval-not-possible` with why: who they are, or that it waits for nobody's word any more.
 */
export function approveCheck(
  db: Database,
  organisationId: OrganisationId,
  asked: Asked & { reason: string | null },
  clock: Clock,
): Promise<void> {
  return answerCheck(db, organisationId, asked, clock, {
    action: 'executions.approve',
    whyNot: whyNotApprove,
    isSame: (said) => said.type === 'check-passed' && said.by === asked.by,
    event: (at, { attempt }) => ({
      type: 'check-passed',
      at,
      path: asked.path,
      attempt,
      by: asked.by,
      reason: asked.reason?.trim() || null,
      freshUntil: null,
    }),
  })
}

/**
 * A person's refusal, by whoever could approve, and by the authors. The execution has failed; what it deployed stays.
 * Twice it counts once. Throws not-found, `reason-missing`, or `approval-not-possible` with why.
 */
export async function rejectCheck(
  db: Database,
  organisationId: OrganisationId,
  asked: Asked & { reason: string },
  clock: Clock,
): Promise<void> {
  const reason = givenReason(asked.reason)
  await answerCheck(db, organisationId, { ...asked, reason }, clock, {
    action: 'executions.reject',
    whyNot: whyNotReject,
    isSame: (said) => said.type === 'check-failed' && said.error.code === 'approval-rejected',
    event: (at, { attempt, words, name }) => ({
      type: 'check-failed',
      at,
      path: asked.path,
      attempt,
      error: rejected(name, words, reason),
      isRed: false,
    }),
  })
}

/**
 * Passes a step or gate over, for good and whether it was asked yet or not. Who may is asked by the api; the reason
 * is kept. Twice it counts once. Throws not-found, `reason-missing`, or `override-not-possible` with why.
 */
export async function overrideCheck(
  db: Database,
  organisationId: OrganisationId,
  asked: Asked & { reason: string },
  clock: Clock,
): Promise<void> {
  const reason = givenReason(asked.reason)
  await db.inOrganisation(organisationId, async (tx) => {
    const { id: appId } = await findApp(tx, organisationId, asked.app)
    await lockPipeline(tx, appId)
    const found = await findCheckFacts(tx, appId, asked)
    const key = `${asked.path}/override`
    if ((await saidBefore(tx, found, key)) !== undefined) return
    const why = whyNotOverride(found)
    if (why !== undefined) throw overrideNotPossible(found.check.words, why)
    const at = clock.now()
    const { path, by } = asked
    const event = { type: 'check-overridden' as const, at: at.toISOString(), path, by, reason }
    await recordEvent(tx, found.executionId, event, key)
    await keepInAudit(tx, organisationId, 'executions.override', { ...asked, reason }, found, at)
  })
}

type Answer = {
  action: string
  whyNot(facts: ApprovalFacts): string | undefined
  /** What was recorded before says the same. */
  isSame(said: ExecutionEvent): boolean
  event(at: string, facts: { attempt: number; words: string; name: string }): ExecutionEvent
}

/** The one answer to what is asked now, whoever gives it first; the gate's own has the same key. */
async function answerCheck(
  db: Database,
  organisationId: OrganisationId,
  asked: Asked & { reason: string | null },
  clock: Clock,
  answer: Answer,
): Promise<void> {
  const person = await approverOf(db, organisationId, asked.by)
  await db.inOrganisation(organisationId, async (tx) => {
    const { id: appId } = await findApp(tx, organisationId, asked.app)
    await lockPipeline(tx, appId)
    const found = await findCheckFacts(tx, appId, asked)
    const { progress, words } = found.check
    const attempt = 'attempt' in progress ? progress.attempt : 1
    const key = `${asked.path}/${attempt}/answer`
    const said = await saidBefore(tx, found, key)
    if (said !== undefined && answer.isSame(said)) return
    const why = answer.whyNot(await approvalFacts(tx, appId, asked.path, found, person))
    if (why !== undefined) throw approvalNotPossible(words, why)
    if (said !== undefined) throw approvalNotPossible(words, 'It has been answered already.')
    const at = clock.now()
    await recordEvent(
      tx,
      found.executionId,
      answer.event(at.toISOString(), { attempt, words, name: person.name }),
      key,
    )
    await keepInAudit(tx, organisationId, answer.action, asked, found, at)
  })
}

async function saidBefore(
  tx: Tx,
  { executionId }: CheckFound,
  key: string,
): Promise<ExecutionEvent | undefined> {
  const row = await tx.executionEvent.findFirst({ where: { executionId, key }, select: { event: true } })
  return row === null ? undefined : eventSchema.parse(row.event)
}

async function keepInAudit(
  tx: Tx,
  organisationId: OrganisationId,
  action: string,
  asked: Asked & { reason: string | null },
  { executionId, check }: CheckFound,
  at: Date,
): Promise<void> {
  const { app, number, path, reason } = asked
  await audit(tx, organisationId, {
    actor: asked.by,
    action,
    subject: executionId,
    at,
    detail: { app, number, path, check: check.words, reason },
  })
}

function rejected(name: Approver['name'], words: string, reason: string): UserErrorFields {
  return {
    code: 'approval-rejected',
    kind: 'conflict',
    what: `${name} rejected “${words}”.`,
    why: reason,
    todo: 'Settle it with them, then push again. What this execution deployed so far stays.',
  }
}

function approvalNotPossible(words: string, why: string): UserError {
  return new UserError({
    code: 'approval-not-possible',
    kind: 'conflict',
    what: `You cannot answer “${words}”.`,
    why,
    todo: 'Look at the page of the execution: it says what is waited for and who may act.',
  })
}

function overrideNotPossible(words: string, why: string): UserError {
  return new UserError({
    code: 'override-not-possible',
    kind: 'conflict',
    what: `“${words}” cannot be passed over.`,
    why,
    todo: 'Look at the page of the execution: it says what is waited for now.',
  })
}
