import { UserError } from '@slipway/core'
import { bucketOf, copyObject } from '../../copy-object.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { ServerConfig } from './server-config.ts'

/**
 * Brings the build to the bucket of the environment, where its host may read it; what lies there already stays. The
 * host checks the digest, so that a copy that went wrong is never run.
 */
export async function copyRelease(context: DeployContext<ServerConfig>): Promise<StepResult> {
  const { builtAt, spec } = context.config
  if (builtAt === undefined || builtAt.key === spec.release.key) return { state: 'done' }
  const { key, sizeBytes } = spec.release
  const from = await bucketOf({ ...context, ...builtAt })
  const to = await bucketOf(context)
  const copied = await copyObject({ ...from, key: builtAt.key }, { ...to, key }, sizeBytes)
  if (copied === 'gone') throw buildGone()
  if (copied === 'copied' && from.bucket !== to.bucket)
    await context.say(`Brought the build from ${builtAt.region} to ${context.region}`)
  return { state: 'done' }
}

function buildGone(): UserError {
  return new UserError({
    code: 'deployment-build-gone',
    kind: 'failed',
    what: 'The build of this release no longer lies in the bucket that it was built into.',
    why: 'Somebody deleted it, or the bucket’s own rules did.',
    todo: 'Push the commit again, so that it is built anew.',
  })
}
