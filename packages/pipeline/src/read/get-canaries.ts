import { asId, notFound, type OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { type Canary, readCanaries } from '@slipway/hosts'

/** What the two releases of a canary answered, minute by minute, and what its host judges. Times are ISO. */
export type CanaryShown = Pick<Canary, 'startsAt' | 'minutes' | 'judgement'> & {
  environment: string
  region: string
  service: string
  /** Their numbers. `old` is null where what ran before is not known any more. */
  releases: { old: number | null; new: number }
  /** The deployment that the canary is part of has ended. */
  isOver: boolean
}

/** The canaries of an execution, in the order in which their deployments began. Throws not-found. */
export async function getCanaries(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; number: number },
): Promise<CanaryShown[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    const execution = await tx.execution.findUnique({
      where: { appId_number: { appId: app.id, number: asked.number } },
      select: {
        deployments: {
          orderBy: { startedAt: 'asc' },
          include: {
            environment: { select: { name: true, region: true } },
            release: { select: { number: true } },
          },
        },
      },
    })
    if (execution === null) throw notFound('execution')
    const { deployments } = execution
    const found = await readCanaries(tx, {
      organisationId,
      deployments: deployments.map(({ id, environmentId }) => ({
        id: asId('deployment', id),
        environmentId: asId('environment', environmentId),
      })),
    })
    const services = await tx.service.findMany({
      where: { id: { in: found.map(({ serviceId }) => serviceId) } },
      select: { id: true, name: true },
    })
    const before = await tx.release.findMany({
      where: { id: { in: deployments.flatMap(({ previousReleaseId }) => previousReleaseId ?? []) } },
      select: { id: true, number: true },
    })
    return deployments.flatMap((deployment) =>
      found
        .filter(({ deploymentId }) => deploymentId === deployment.id)
        .map(({ serviceId, startsAt, minutes, judgement }) => ({
          environment: deployment.environment.name,
          region: deployment.environment.region,
          service: services.find(({ id }) => id === serviceId)?.name ?? serviceId,
          releases: {
            old: before.find(({ id }) => id === deployment.previousReleaseId)?.number ?? null,
            new: deployment.release.number,
          },
          isOver: deployment.endedAt !== null,
          startsAt,
          minutes,
          judgement,
        })),
    )
  })
}
