import type { ExecutionId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { enqueue } from '@slipway/jobs'
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

/** Makes the outbox row of an effect; its key is the effect's id, so that it is made once. */
export async function enqueueEffect(
  tx: Tx,
  organisationId: OrganisationId,
  executionId: ExecutionId,
  effect: Effect,
): Promise<void> {
  const options = { organisationId, key: effectId(executionId, effect) }
  const { path, attempt } = effect
  switch (effect.type) {
    case 'build':
      return enqueue(tx, buildJob, { executionId, attempt }, options)
    case 'stop-build':
      return enqueue(tx, stopBuildJob, { executionId, attempt }, options)
    case 'check':
      return enqueue(tx, checkJob, { executionId, path, attempt }, options)
    case 'stop-check':
      return enqueue(tx, stopCheckJob, { executionId, path, attempt }, options)
    case 'deploy':
      return enqueue(
        tx,
        deployJob,
        { executionId, path, attempt, environmentId: effect.environmentId },
        options,
      )
    case 'stop-deploy':
      return enqueue(
        tx,
        stopDeployJob,
        { executionId, path, attempt, environmentId: effect.environmentId },
        options,
      )
    case 'restore':
      return enqueue(
        tx,
        restoreJob,
        { executionId, path, attempt, environmentId: effect.environmentId },
        options,
      )
    case 'timer': {
      const payload = { executionId, path, attempt, wait: effect.wait }
      return enqueue(tx, deadlineJob, payload, { ...options, dueAt: new Date(effect.dueAt) })
    }
    case 'tell-failed':
      return enqueue(tx, tellFailedJob, { executionId }, options)
    case 'tell-superseded':
      return enqueue(tx, tellSupersededJob, { executionId }, options)
  }
}
