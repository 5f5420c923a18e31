import { type CloudAccountId, UserError } from '@slipway/core'
import { late } from '../base/base-steps.ts'
import { bucketOf, copyObject } from '../copy-object.ts'
import type { AccountContext, StepResult } from './target.ts'

/** What is copied: the build as it lies in the bucket of the environment, and where it was put when it was built. */
type Copied = {
  release: { key: string; sizeBytes: number }
  builtAt: { cloudAccountId: CloudAccountId; region: string; key: string } | undefined
}

/**
 * Brings the build to the bucket of the environment, where whoever needs it may read it; what lies there already stays.
 * Who reads it checks the digest, so that a copy that went wrong is never run.
 */
async function copyRelease(context: AccountContext & { config: Copied }): Promise<StepResult> {
  const { builtAt, release } = context.config
  if (builtAt === undefined || builtAt.key === release.key) return { state: 'done' }
  const { key, sizeBytes } = release
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

/** Of every target: the build is in the bucket of the environment before anything reads it. */
export const releaseStep = <Config>(of: (config: Config) => Copied) => ({
  name: 'release',
  title: 'Build in its bucket',
  limitSeconds: 900,
  late: () => late('The copy of the build', 'aws-copy-late'),
  run: (context: AccountContext & { config: Config }) =>
    copyRelease({ ...context, config: of(context.config) }),
})
