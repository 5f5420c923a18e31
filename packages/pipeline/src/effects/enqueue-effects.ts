import type { ExecutionId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { enqueueAll, type JobAsked, jobOf } from '@slipway/jobs'
import { type Effect, effectId } from '../decide/effect.ts'
import {
  buildJob,
  checkJob,
  deadlineJob,
  deployJob,
  restoreJob,
  stopBuildJob,
  stopCheckJob,
  stopDeployJob,
  tellFailedJob,
  tellSupersededJob,
} from './jobs.ts'

/** Makes the outbox rows of effects; the key of each is the effect's id, so that it is made once. */
export async function enqueueEffects(
  tx: Tx,
  organisationId: OrganisationId,
  effects: readonly { id: ExecutionId; effect: Effect }[],
): Promise<void> {
  await enqueueAll(
    tx,
    organisationId,
    effects.map(({ id, effect }) => ({ ...jobFor(id, effect), key: effectId(id, effect) })),
  )
}

function jobFor(executionId: ExecutionId, effect: Effect): JobAsked {
  const { path, attempt } = effect
  switch (effect.type) {
    case 'build':
      return jobOf(buildJob, { executionId, attempt })
    case 'stop-build':
      return jobOf(stopBuildJob, { executionId, attempt })
    case 'check':
      return jobOf(checkJob, { executionId, path, attempt })
    case 'stop-check':
      return jobOf(stopCheckJob, { executionId, path, attempt })
    case 'deploy':
      return jobOf(deployJob, { executionId, path, attempt, environmentId: effect.environmentId })
    case 'stop-deploy':
      return jobOf(stopDeployJob, { executionId, path, attempt, environmentId: effect.environmentId })
    case 'restore':
      return jobOf(restoreJob, { executionId, path, attempt, environmentId: effect.environmentId })
    case 'timer':
      return {
        ...jobOf(deadlineJob, { executionId, path, attempt, wait: effect.wait }),
        dueAt: new Date(effect.dueAt),
      }
    case 'tell-failed':
      return jobOf(tellFailedJob, { executionId })
    case 'tell-superseded':
      return jobOf(tellSupersededJob, { executionId })
  }
}
