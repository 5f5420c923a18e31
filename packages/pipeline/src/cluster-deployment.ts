import type { ClusterConfig } from '@slipway/cloud'
import type { Tx } from '@slipway/db'
import { setMachine } from '@slipway/environments'
import { builtAt } from './built-at.ts'
import type { OpenDeployment } from './deployment-rows.ts'
import { chooseInstanceType, specOf } from './server-deployment.ts'

/** What a deployment on a cluster is about. The machine that was chosen for each host is noted. */
export async function clusterConfigOf(tx: Tx, deployment: OpenDeployment): Promise<ClusterConfig> {
  const { app, environment, release, services } = deployment
  const { scale } = release.plan
  if (scale === null) throw new Error(`the release ${release.id} has no scale, and is deployed on a cluster`)
  const instanceType = await chooseInstanceType(tx, deployment)
  await setMachine(tx, environment.id, { instanceType, architecture: release.architecture })
  return {
    environmentId: environment.id,
    app: app.name,
    environment: environment.name,
    instanceType,
    scale,
    gatePort: environment.gatePort,
    publicNames: services.flatMap(({ publicName }) => publicName ?? []),
    builtAt: await builtAt(tx, deployment),
    spec: specOf(deployment),
  }
}
