import { asId, type OrganisationId, type UserId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { executionSchema } from '../decide/execution.ts'
import { findCheck } from '../decide/places.ts'
import { answersFor } from '../gates/approve/answers-for.ts'
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

const executionRows = z.array(
  z.object({
    appId: z.string().transform((id) => asId('app', id)),
    app: z.string(),
    number: z.number(),
    state: executionSchema,
    sha: z.string(),
    message: z.string(),
  }),
)

/** All approvals of an organisation that `viewer` may give now, the oldest first. */
export async function listApprovalsWaiting(
  db: Database,
  organisationId: OrganisationId,
  viewer: UserId,
): Promise<ApprovalWaiting[]> {
  const rows = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      select app.id as "appId", app.name as app, number, state, sha, message
      from execution join revision on revision.id = revision_id join app on app.id = execution.app_id
      where execution.organisation_id = ${organisationId} and ended_at is null and status in ('waiting', 'checking')
      order by execution.created_at`,
  )
  const executions = executionRows.parse(rows)
  const answers = await answersFor(db, organisationId, executions, viewer)
  return executions
    .flatMap(({ app, number, state, sha, message }, index) =>
      [...(answers[index] ?? [])].flatMap(([path, { whyNotApprove }]): ApprovalWaiting[] => {
        const found = findCheck(state, path)
        if (whyNotApprove !== null || found?.check.progress.is !== 'asked') return []
        const { since, until } = found.check.progress
        const { words } = found.check
        return [
          {
            app,
            number,
            path,
            words,
            stage: found.stage.name,
            sha,
            message: firstLine(message),
            since,
            until,
          },
        ]
      }),
    )
    .toSorted((one, other) => one.since.localeCompare(other.since))
}
