import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { runWentWrong } from '@slipway/hosts'
import { defineJob, type Handler, handle } from '@slipway/jobs'
import { peopleOf, sendMail } from '@slipway/organisations'
import { z } from 'zod'

export type TellRunSettings = {
  /** Where the page of an environment is. */
  environmentUrl(organisationSlug: string, app: string, environment: string): string
}

const tellRun = defineJob({
  name: runWentWrong,
  payload: z.object({ runId: z.string() }),
  attempts: 10,
  spacingSeconds: 10,
  timeoutSeconds: 30,
})

/** Writes to the owners that a run of a cron service failed or was missed. Once for each run. */
export function tellRunHandler(settings: TellRunSettings): Handler {
  return handle(tellRun, async ({ runId }, { db, clock, organisationId }) => {
    if (organisationId === undefined) throw new Error('a run belongs to an organisation')
    const found = await findRun(db, organisationId, runId)
    if (found === undefined) return
    const { run, service, app, environment, slug, owners } = found
    const what = whatHappened(run)
    const text = [
      `The run of ${service} (${app}, ${environment}) that was due at ${run.dueAt?.toISOString()} ${what}.`,
      'You hear of it again once a run of it went well and another did not.',
      settings.environmentUrl(slug, app, environment),
    ].join('\n\n')
    const people = await peopleOf(db, owners)
    await db.inOrganisation(organisationId, async (tx) => {
      for (const [id, { email }] of people) {
        const mail = { to: email, subject: `${service} of ${app} ${what}`, text }
        const key = `${runWentWrong}/${runId}/${id}`
        await sendMail(tx, mail, clock, { organisationId, key })
      }
    })
  })
}

type Found = {
  run: { dueAt: Date | null; state: string; code: number | null; missed: number | null }
  service: string
  app: string
  environment: string
  slug: string
  owners: string[]
}

function findRun(db: Database, organisationId: OrganisationId, runId: string): Promise<Found | undefined> {
  return db.inOrganisation(organisationId, async (tx) => {
    const run = await tx.run.findUnique({ where: { id: runId } })
    if (run === null) return undefined
    const service = await tx.service.findUniqueOrThrow({
      where: { id: run.serviceId },
      include: { environment: { include: { app: true } } },
    })
    const { slug } = await tx.organisation.findUniqueOrThrow({ where: { id: organisationId } })
    const owners = await tx.member.findMany({ where: { organisationId, role: 'owner', until: null } })
    return {
      run,
      service: service.name,
      app: service.environment.app.name,
      environment: service.environment.name,
      slug,
      owners: owners.map(({ userId }) => userId),
    }
  })
}

function whatHappened({ state, code, missed }: Found['run']): string {
  switch (state) {
    case 'missed':
      return missed !== null && missed > 1
        ? `was missed, and ${missed - 1} before it: the host was away`
        : 'was missed: the host was away'
    case 'timed-out':
      return 'was ended at its time limit'
    default:
      return code === null ? 'failed' : `failed with code ${code}`
  }
}
