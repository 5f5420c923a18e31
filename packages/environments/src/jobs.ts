import { type Cloud, putSecret } from '@slipway/cloud'
import type { Handler } from '@slipway/jobs'
import { bringSecretHandler } from './bring-secret.ts'
import { deleteAppHandler } from './delete-app-job.ts'
import { deleteFrom } from './delete-environment.ts'
import { restoreDiskHandler } from './disks/restore-job.ts'
import { takeScheduledHandler } from './disks/take-scheduled.ts'
import type { Sealing } from './sealing.ts'
import { type TellRunSettings, tellRunHandler } from './tell-run.ts'

/** What the worker does for this package. */
export function environmentsJobs({
  cloud,
  sealing,
  environmentUrl,
}: { cloud: Cloud; sealing: Sealing } & TellRunSettings): Handler[] {
  return [
    bringSecretHandler({
      sealing,
      putParameter: async (db, place, value) => (await putSecret(cloud, db, place, value)).version,
    }),
    deleteAppHandler({ deleteEnvironment: deleteFrom(cloud) }),
    tellRunHandler({ environmentUrl }),
    takeScheduledHandler(),
    restoreDiskHandler(cloud),
  ]
}
