import {
  type AppId,
  type Clock,
  type ExecutionId,
  newId,
  type OrganisationId,
  type RevisionId,
} from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import type { Environment } from '@slipway/environments'
import { foldAtOnce } from './advance-execution.ts'
import { appendEvent } from './append-event.ts'
import type { EventOf } from './decide/event.ts'
import type { Stages } from './stages-of-plan.ts'

/** Makes an execution with its first event, folded in. The caller holds the lock of the pipeline. */
export async function startExecution(
  tx: Tx,
  asked: {
    organisationId: OrganisationId
    appId: AppId
    revisionId: RevisionId
    by: string
    reason?: string | null
    event: EventOf<'received'>
  },
  clock: Clock,
): Promise<{ id: ExecutionId; number: number }> {
  const { organisationId, appId, event } = asked
  const now = clock.now()
  const id = newId('execution', now)
  const last = await tx.execution.findFirst({
    where: { appId },
    orderBy: { number: 'desc' },
    select: { number: true },
  })
  const number = (last?.number ?? 0) + 1
  await tx.execution.create({
    data: {
      id,
      organisationId,
      appId,
      number,
      kind: event.kind,
      revisionId: asked.revisionId,
      releaseId: event.releaseId,
      startedBy: asked.by,
      reason: asked.reason ?? null,
      state: {},
      status: event.kind === 'push' ? 'building' : 'waiting',
      createdAt: now,
    },
  })
  await appendEvent(tx, { organisationId, executionId: id }, event, 'received')
  await announce(tx, organisationId, `app:${appId}`, 'apps')
  await foldAtOnce(tx, { organisationId, appId }, new Date(event.at))
  return { id, number }
}

/** A stage without steps and gates for one environment: what goes in out of turn asks for nothing. */
export function stageFor({ id, name, stage }: Environment): Stages[number] {
  const targets = [{ environmentId: id, name }]
  return { name: stage, before: [], waves: [{ limit: 1, before: [], targets, after: [] }], after: [] }
}
