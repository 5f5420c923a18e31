import { type Clock, describeError, type OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type Handler, handle } from '@slipway/jobs'
import { peopleOf, sendMail } from '@slipway/organisations'
import { errorSchema } from '../decide/execution.ts'
import { firstLine } from '../read/people.ts'
import { tenantOf } from '../tenant-of.ts'
import { tellFailedJob } from './jobs.ts'

export type TellSettings = {
  /** Where the page of an execution is. */
  executionUrl(organisationSlug: string, app: string, number: number): string
}

/** Writes to whoever began the execution, or to the owners where nobody did, that it failed and why. Once. */
export function tellFailedHandler(settings: TellSettings): Handler {
  return handle(tellFailedJob, async ({ executionId }, context) => {
    await tellFailed(context.db, tenantOf(context), executionId, settings, context.clock)
  })
}

async function tellFailed(
  db: Database,
  organisationId: OrganisationId,
  executionId: string,
  settings: TellSettings,
  clock: Clock,
): Promise<void> {
  const { row, recipients } = await db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.execution.findUniqueOrThrow({
      where: { id: executionId },
      include: { revision: true, app: { select: { name: true } } },
    })
    const members = await tx.member.findMany({ where: { organisationId, until: null } })
    const starter = members.find((member) => member.userId === row.startedBy)
    const told = starter === undefined ? members.filter((member) => member.role === 'owner') : [starter]
    const organisation = await tx.organisation.findUniqueOrThrow({ where: { id: organisationId } })
    return { row: { ...row, slug: organisation.slug }, recipients: told.map((member) => member.userId) }
  })
  const error = errorSchema.nullable().parse(row.error)
  if (error === null) return
  const people = await peopleOf(db, recipients)
  const text = [
    `${row.app.name}, execution ${row.number}: ${row.revision.sha.slice(0, 7)} ${firstLine(row.revision.message)}`,
    describeError(error),
    settings.executionUrl(row.slug, row.app.name, row.number),
  ].join('\n\n')
  const what =
    row.kind === 'rollback' ? 'A rollback' : row.kind === 'configuration' ? 'A change of variables' : 'A push'
  await db.inOrganisation(organisationId, async (tx) => {
    for (const [id, { email }] of people) {
      const subject = `${what} of ${row.app.name} failed`
      await sendMail(tx, { to: email, subject, text }, clock, {
        organisationId,
        key: `pipeline.failed/${executionId}/${id}`,
      })
    }
  })
}
