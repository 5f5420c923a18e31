import type { StaticConfig } from '@slipway/cloud'
import type { Tx } from '@slipway/db'
import { builtAt } from './built-at.ts'
import type { OpenDeployment } from './deployment-rows.ts'

/** What a deployment of a static site is about. */
export async function staticConfigOf(tx: Tx, deployment: OpenDeployment): Promise<StaticConfig> {
  const { app, environment, release, services } = deployment
  const { number, key, digest, sizeBytes } = release
  return {
    environmentId: environment.id,
    app: app.name,
    environment: environment.name,
    services: release.plan.services.map((plan) => {
      const publicName = services.find((each) => each.name === plan.name)?.publicName
      if (!publicName) throw new Error(`the service ${plan.name} has no public name`)
      return { name: plan.name, folder: plan.root, publicName, healthPath: plan.health?.path }
    }),
    release: { number, key, digest, sizeBytes },
    builtAt: await builtAt(tx, deployment),
  }
}
