import {
  asId,
  type Clock,
  type OrganisationId,
  type RunId,
  type ServiceId,
  UserError,
  type UserId,
} from '@slipway/core'
import type { Database } from '@slipway/db'
import { cancelRun, listRuns, type Run, startRun } from '@slipway/hosts'
import { type CronPlan, nextTick, servicePlanSchema } from '@slipway/manifest'
import { audit, peopleOf } from '@slipway/organisations'
import { findEnvironment } from './find-app.ts'

/** Of a list: of a service that runs each minute, the last hour and a half. */
const runsMax = 100

const duePlan = servicePlanSchema.pick({ cron: true, run: true })

type Place = { app: string; environment: string }

/** What runs when it is due, and what ran. Crosses the wire as it is; times are ISO. */
export type RunsShown = {
  cron: {
    serviceId: ServiceId
    name: string
    command: string
    schedule: CronPlan
    /** When it is due next; null where no time comes any more. */
    nextAt: string | null
    last: Run | null
  }[]
  /** Newest first, of all services. */
  runs: (Run & { service: string; by: string | null })[]
}

/** The cron services of an environment and the last runs of it, those of people too. Throws not-found. */
export async function readRuns(
  db: Database,
  organisationId: OrganisationId,
  { app, environment: name }: Place,
  clock: Clock,
): Promise<RunsShown> {
  const { services, runs, lasts } = await db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app, name)
    const environmentId = environment.id
    const services = await tx.service.findMany({ where: { environmentId }, orderBy: { name: 'asc' } })
    const runs = await listRuns(tx, { environmentId, limit: runsMax })
    const lasts = new Map<string, Run | null>()
    for (const { id, kind } of services) {
      if (kind !== 'cron') continue
      const [last] = await listRuns(tx, { environmentId, serviceId: asId('service', id), limit: 1 })
      lasts.set(id, last ?? null)
    }
    return { services, runs, lasts }
  })
  const people = await peopleOf(
    db,
    runs.flatMap(({ askedBy }) => askedBy ?? []),
  )
  return {
    cron: services.flatMap((service) => {
      const { cron, run } = duePlan.parse(service.plan)
      if (service.removedAt !== null || cron === null) return []
      return [
        {
          serviceId: asId('service', service.id),
          name: service.name,
          command: run,
          schedule: cron,
          nextAt: nextTick(cron, clock.now())?.toISOString() ?? null,
          last: lasts.get(service.id) ?? null,
        },
      ]
    }),
    runs: runs.map((run) => ({
      ...run,
      service: services.find(({ id }) => id === run.serviceId)?.name ?? '',
      by: run.askedBy === null ? null : (people.get(run.askedBy)?.name ?? null),
    })),
  }
}

/**
 * Runs a command on the host of an environment, beside its services and as one of them. Throws not-found, run-nothing-live
 * and run-no-host. Each call is a run of its own.
 */
export async function runCommand(
  db: Database,
  organisationId: OrganisationId,
  asked: Place & { service: string | null; command: string; timeoutSeconds: number; by: UserId },
  clock: Clock,
): Promise<{ runId: RunId }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const services = await tx.service.findMany({
      where: { environmentId: environment.id, removedAt: null },
      orderBy: { name: 'asc' },
    })
    const service =
      asked.service === null
        ? (services.find(({ publicName }) => publicName !== null) ?? services[0])
        : services.find(({ name }) => name === asked.service)
    if (environment.liveReleaseId === null || service === undefined) throw nothingLive(asked.service)
    const { command, timeoutSeconds, by } = asked
    const place = { organisationId, environmentId: environment.id }
    const of = { id: asId('service', service.id), name: service.name }
    const runId = await startRun(tx, { ...place, service: of, command, timeoutSeconds, by }, clock)
    await audit(tx, organisationId, {
      actor: by,
      action: 'runs.start',
      subject: environment.id,
      at: clock.now(),
      detail: { app: app.name, environment: environment.name, service: service.name, command },
    })
    return { runId }
  })
}

/** Ends a command of a person. What is over already is left alone. Throws not-found. */
export async function cancelCommand(
  db: Database,
  organisationId: OrganisationId,
  asked: Place & { runId: RunId; by: UserId },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    await cancelRun(tx, { organisationId, environmentId: environment.id, id: asked.runId }, clock)
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'runs.cancel',
      subject: environment.id,
      at: clock.now(),
      detail: { app: app.name, environment: environment.name, run: asked.runId },
    })
  })
}

function nothingLive(service: string | null): UserError {
  return new UserError({
    code: 'run-nothing-live',
    kind: 'conflict',
    what:
      service === null
        ? 'Nothing is live in this environment.'
        : `No service ${service} is live in this environment.`,
    why: 'A command has the release, the variables and the folder of a service that runs.',
    todo: 'Deploy first, or choose a service that is on the page of the environment.',
  })
}
