import { asId, type Clock, notFound, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { type MetricRange, type Metrics, metricSteps, readMetrics } from '@slipway/hosts'
import { findEnvironment } from './find-app.ts'

/** The figures of an environment, of one of its services or of all. Throws not-found. */
export async function getMetrics(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string; service?: string | undefined; range: MetricRange },
  clock: Clock,
): Promise<Metrics> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const environmentId = environment.id
    const serviceId =
      asked.service === undefined ? undefined : await serviceOf(tx, environmentId, asked.service)
    const steps = metricSteps(asked.range, clock.now())
    return readMetrics(tx, { organisationId, environmentId, serviceId, steps })
  })
}

async function serviceOf(tx: Tx, environmentId: string, name: string) {
  const row = await tx.service.findFirst({ where: { environmentId, name, removedAt: null } })
  if (row === null) throw notFound('service')
  return asId('service', row.id)
}
