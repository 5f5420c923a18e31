import type { Clock } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { getEnvironmentById } from '@slipway/environments'
import { defineJob, type Handler, handle } from '@slipway/jobs'
import { z } from 'zod'
import { environmentIdSchema } from './decide/execution.ts'
import { lockPipeline } from './pipeline-rows.ts'
import { releaseToReconfigure } from './release-rows.ts'
import { stageFor, startExecution } from './start-execution.ts'
import { tenantOf } from './tenant-of.ts'

const payload = z.object({ environmentId: environmentIdSchema, by: z.string() })

/** Asked for by environments when a configuration has changed. */
const deployConfiguration = defineJob({
  name: 'pipeline.deploy-configuration',
  payload,
  attempts: 8,
  spacingSeconds: 1,
  timeoutSeconds: 30,
})

export function deployConfigurationHandler(): Handler {
  return handle(deployConfiguration, async (what, context) => {
    await context.db.inOrganisation(tenantOf(context), (tx) => startReconfiguration(tx, what, context.clock))
  })
}

/**
 * Begins an execution that deploys the same build with the configuration of now. Nothing begins where nothing
 * was built yet (the first deployment takes it along), and where one already waits that will take it along.
 */
async function startReconfiguration(
  tx: Tx,
  { environmentId, by }: z.infer<typeof payload>,
  clock: Clock,
): Promise<void> {
  const environment = await getEnvironmentById(tx, environmentId)
  await lockPipeline(tx, environment.appId)
  const known = await releaseToReconfigure(tx, environmentId)
  if (known === undefined) return
  if (known.release.configVersion === environment.configVersion && known.isLive) return
  const waiting = await tx.execution.findFirst({
    where: {
      appId: environment.appId,
      kind: 'configuration',
      endedAt: null,
      deployments: { none: {} },
    },
    select: { id: true },
  })
  if (waiting !== null) return
  await startExecution(
    tx,
    {
      organisationId: environment.organisationId,
      appId: environment.appId,
      revisionId: known.release.revisionId,
      by,
      event: {
        type: 'received',
        at: clock.now().toISOString(),
        kind: 'configuration',
        order: 0,
        deploysByItself: true,
        releaseId: null,
        stages: [stageFor(environment)],
        error: null,
      },
    },
    clock,
  )
}
