import type { EnvironmentId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { enqueueNamed } from '@slipway/jobs'

/** The variables of an environment at one moment, as a release keeps them. Holds no secret's value. */
export type Configuration = {
  version: number
  plain: Record<string, string>
  secrets: { name: string; parameter: string; version: number }[]
}

/** Where an environment's secrets lie in the customer's Parameter Store. */
export function parameterOf(environmentId: EnvironmentId, name: string): string {
  return `/slipway/${environmentId}/${name}`
}

/** The configuration of now. A secret that is still on its way to the Parameter Store is not in it. */
export async function configurationOf(tx: Tx, environmentId: EnvironmentId): Promise<Configuration> {
  const environment = await tx.environment.findUniqueOrThrow({ where: { id: environmentId } })
  const rows = await tx.variable.findMany({
    where: { environmentId, removedAt: null },
    orderBy: { name: 'asc' },
  })
  return {
    version: environment.configVersion,
    plain: Object.fromEntries(
      rows.flatMap((row) => (row.secret || row.value === null ? [] : [[row.name, row.value]])),
    ),
    secrets: rows.flatMap((row) =>
      row.secret && row.version !== null
        ? [{ name: row.name, parameter: parameterOf(environmentId, row.name), version: row.version }]
        : [],
    ),
  }
}

/** Counts the configuration up and tells the pipeline, which deploys what is live with it, unless a deployment waits for this. */
export async function configurationChanged(
  tx: Tx,
  organisationId: OrganisationId,
  environmentId: EnvironmentId,
  { by, isAwaited = false }: { by: string; isAwaited?: boolean },
): Promise<void> {
  await tx.environment.update({
    where: { id: environmentId },
    data: { configVersion: { increment: 1 } },
  })
  if (isAwaited) return
  await enqueueNamed(
    tx,
    { name: 'pipeline.deploy-configuration', payload: { environmentId, by } },
    { organisationId },
  )
}

/** One change of an environment's configuration at a time, until the transaction ends. */
export async function lockConfiguration(tx: Tx, environmentId: EnvironmentId): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`configuration:${environmentId}`}, 0))::text`
}
