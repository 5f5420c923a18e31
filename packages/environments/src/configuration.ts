import type { EnvironmentId } from '@slipway/core'
import type { Tx } from '@slipway/db'

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
