import type { Clock } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { stopCommands } from '@slipway/hosts'
import { enqueue, type Handler, handle } from '@slipway/jobs'
import { deploymentIdOf, releaseIdOf, stepIdOf } from '../deployment-id.ts'
import type { TargetOf } from '../deployment-rows.ts'
import { tenantOf } from '../tenant-of.ts'
import { buildJob, checkJob, deployJob, stopBuildJob, stopCheckJob, stopDeployJob } from './jobs.ts'

/** The build's execution has ended already; this only frees its runner. */
export function stopBuildHandler(): Handler {
  return handle(stopBuildJob, async ({ executionId, attempt }, { db, clock, ...context }) => {
    await db.inOrganisation(tenantOf(context), async (tx) => {
      const subject = releaseIdOf(executionId, attempt)
      const wake = { name: buildJob.name, payload: { executionId, attempt } }
      // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
      await stopCommands(tx, { kind: 'build', subject, then: wake }, clock)
    })
  })
}

/** The commands of a step or of a gate's monitors are no longer wanted; this frees their runner. */
export function stopCheckHandler(): Handler {
  return handle(stopCheckJob, async ({ executionId, path, attempt }, { db, clock, ...context }) => {
    await db.inOrganisation(tenantOf(context), async (tx) => {
      const subject = stepIdOf(executionId, path, attempt)
      const wake = { name: checkJob.name, payload: { executionId, path, attempt } }
      // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
      await stopCommands(tx, { kind: 'step', subject, then: wake }, clock)
    })
  })
}

/** Tells the host to undo; its answer, or a look at once where nothing was told to it yet, ends the deployment. */
export function stopDeployHandler(): Handler {
  return handle(stopDeployJob, async (target, { db, clock, ...context }) => {
    const organisationId = tenantOf(context)
    await db.inOrganisation(organisationId, (tx) => stopDeployment(tx, { ...target, organisationId }, clock))
  })
}

/** The same, in the transaction that finds that it is to stop. */
export async function stopDeployment(
  tx: Tx,
  { organisationId, executionId, path, attempt, environmentId }: TargetOf,
  clock: Clock,
): Promise<void> {
  const subject = deploymentIdOf(executionId, path, attempt)
  const target = { executionId, path, attempt, environmentId }
  const wake = { name: deployJob.name, payload: target }
  // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
  await stopCommands(tx, { kind: 'deploy', subject, then: wake }, clock)
  await enqueue(tx, deployJob, target, { organisationId })
}
