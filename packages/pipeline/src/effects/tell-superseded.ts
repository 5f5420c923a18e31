import type { Clock, OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type Handler, handle } from '@slipway/jobs'
import { peopleOf, sendMail } from '@slipway/organisations'
import { executionSchema } from '../decide/execution.ts'
import { voidAnswers } from '../decide/void-answers.ts'
import { firstLine } from '../read/people.ts'
import { tenantOf } from '../tenant-of.ts'
import { tellSupersededJob } from './jobs.ts'
import type { TellSettings } from './tell-failed.ts'

/** Writes to whoever opened a gate for an execution that a newer push then took the place of. Once to each. */
export function tellSupersededHandler(settings: TellSettings): Handler {
  return handle(tellSupersededJob, async ({ executionId }, context) => {
    await tellSuperseded(context.db, tenantOf(context), executionId, settings, context.clock)
  })
}

async function tellSuperseded(
  db: Database,
  organisationId: OrganisationId,
  executionId: string,
  settings: TellSettings,
  clock: Clock,
): Promise<void> {
  const { row, newer, slug, answers } = await db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.execution.findUniqueOrThrow({
      where: { id: executionId },
      include: { revision: true, app: { select: { name: true } } },
    })
    const state = executionSchema.parse(row.state)
    const newer = await tx.execution.findUniqueOrThrow({ where: { id: state.end?.by ?? '' } })
    const { slug } = await tx.organisation.findUniqueOrThrow({ where: { id: organisationId } })
    const members = await tx.member.findMany({ where: { organisationId, until: null } })
    const isMember = new Set(members.map(({ userId }) => userId))
    return { row, newer, slug, answers: voidAnswers(state).filter(({ by }) => isMember.has(by)) }
  })
  const app = row.app.name
  const people = await peopleOf(
    db,
    answers.map(({ by }) => by),
  )
  await db.inOrganisation(organisationId, async (tx) => {
    for (const [id, { email }] of people) {
      const theirs = answers.filter(({ by }) => by === id)
      const text = [
        `${app}, execution ${row.number}: ${row.revision.sha.slice(0, 7)} ${firstLine(row.revision.message)}`,
        `You opened ${theirs.map(({ words }) => `“${words}”`).join(' and ')} for it. Before it entered ${theirs[0]?.stage}, a newer push took its place: execution ${newer.number}, which carries its commits along.`,
        `Your word counts for what you looked at alone: execution ${newer.number} asks anew.`,
        settings.executionUrl(slug, app, newer.number),
      ].join('\n\n')
      const subject = `${app}: execution ${row.number}, which you let pass, was superseded`
      await sendMail(tx, { to: email, subject, text }, clock, {
        organisationId,
        key: `pipeline.superseded/${executionId}/${id}`,
      })
    }
  })
}
