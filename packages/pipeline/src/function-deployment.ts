import { type FunctionConfig, functionMegabytesOf } from '@slipway/cloud'
import type { Tx } from '@slipway/db'
import { builtAt } from './built-at.ts'
import type { OpenDeployment } from './deployment-rows.ts'

/** What a deployment of functions is about. */
export async function functionConfigOf(tx: Tx, deployment: OpenDeployment): Promise<FunctionConfig> {
  const { app, environment, release, services } = deployment
  const { number, key, digest, sizeBytes, architecture } = release
  return {
    environmentId: environment.id,
    app: app.name,
    environment: environment.name,
    services: release.plan.services.map(({ name, run, root, health }) => {
      const publicName = services.find((each) => each.name === name)?.publicName
      if (!publicName) throw new Error(`the service ${name} has no public name`)
      return { name, run, root, publicName, health }
    }),
    memoryMegabytes: functionMegabytesOf(release.plan.machine),
    variables: release.variables.plain,
    secrets: release.variables.secrets,
    release: { number, key, digest, sizeBytes, architecture },
    builtAt: await builtAt(tx, deployment),
  }
}
