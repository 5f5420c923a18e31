import { type AccountContext, type Cloud, deleteSecret, targets } from '@slipway/cloud'
import type { DeleteSettings } from './delete-app-job.ts'

/** Takes away an environment's names, what it runs on and its secrets. Disks and releases stay. */
export function deleteFrom(cloud: Cloud): DeleteSettings['deleteEnvironment'] {
  return async ({ app, environment, secrets, publicNames }, { db, clock, log, organisationId }) => {
    const { cloudAccountId, region, id: environmentId } = environment
    const place = { organisationId, cloudAccountId, region }
    const context: AccountContext = {
      ...place,
      db,
      cloud,
      clock,
      log,
      wake: { name: 'environments.delete-app', payload: { appId: app.id } },
      memory: {},
      say: async (line) => log.info({ environment: environmentId }, line),
    }
    // Without a kind nothing was ever deployed into it.
    if (environment.compute !== null) {
      const progress = await targets[environment.compute].remove(context, { environmentId, publicNames })
      if (progress.state !== 'gone') return progress
    }
    for (const name of secrets) await deleteSecret(cloud, db, { ...place, environmentId, name })
    return { state: 'gone' }
  }
}
