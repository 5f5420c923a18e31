import type { ServerConfig } from '@slipway/cloud'
import type { Tx } from '@slipway/db'
import { getEnvironmentById } from '@slipway/environments'
import type { OpenDeployment } from './deployment-rows.ts'
import { originOf } from './release-rows.ts'

/** Where the build of a deployment was put when it was built; undefined where that is not known any more. */
export async function builtAt(tx: Tx, { app, release }: OpenDeployment): Promise<ServerConfig['builtAt']> {
  const origin = await originOf(tx, app.id, release)
  if (origin === undefined) return undefined
  const { cloudAccountId, region } = await getEnvironmentById(tx, origin.environmentId)
  return { cloudAccountId, region, key: origin.key }
}
