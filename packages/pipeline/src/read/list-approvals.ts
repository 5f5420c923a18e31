import { asId, type OrganisationId, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { executionSchema } from '../decide/execution.ts'
import { findCheck } from '../decide/places.ts'
import { answersFor } from '../gates/approve/answers-for.ts'
import { approverOf } from '../gates/approve/approval-facts.ts'
import { firstLine } from './people.ts'

/** An approval that a person may give now. Times are ISO. */
export type ApprovalWaiting = {
  app: string
  number: number
  /** `production/before/0`: what the approval names. */
  path: string
  words: string
  stage: string
  sha: string
  message: string
  since: string
  until: string
}

/** All approvals of an organisation that `viewer` may give now, the oldest first. */
export async function listApprovalsWaiting(
  db: Database,
  organisationId: OrganisationId,
  viewer: UserId,
): Promise<ApprovalWaiting[]> {
  const approver = await approverOf(db, organisationId, viewer)
  return db.inOrganisation(organisationId, async (tx) => {
    const rows = await tx.execution.findMany({
      where: { organisationId, endedAt: null, status: { in: ['waiting', 'checking'] } },
      orderBy: { createdAt: 'asc' },
      include: { revision: { select: { sha: true, message: true } }, app: { select: { name: true } } },
    })
    const all: ApprovalWaiting[] = []
    for (const { number, state: stored, revision, app, appId } of rows) {
      const state = executionSchema.parse(stored)
      const answers = await answersFor(tx, asId('app', appId), { number, state }, approver)
      for (const [path, { whyNotApprove }] of answers) {
        const found = findCheck(state, path)
        if (whyNotApprove !== null || found?.check.progress.is !== 'asked') continue
        const { since, until } = found.check.progress
        all.push({
          app: app.name,
          number,
          path,
          words: found.check.words,
          stage: found.stage.name,
          sha: revision.sha,
          message: firstLine(revision.message),
          since,
          until,
        })
      }
    }
    return all.toSorted((one, other) => one.since.localeCompare(other.since))
  })
}
