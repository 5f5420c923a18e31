import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { UserError } from '@slipway/core'
import { connectionOf } from '../../account.ts'
import { readBase } from '../../base/ensure-base.ts'
import type { AccountContext, DeployContext, StepResult } from '../target.ts'
import type { ServerConfig } from './server-config.ts'

/**
 * Brings the build to the bucket of the environment, where its host may read it; what lies there already stays. Within
 * one bucket S3 copies by itself, else the bytes stream through here and are not kept. The host checks the digest, so
 * that a copy that went wrong is never run.
 */
export async function copyRelease(context: DeployContext<ServerConfig>): Promise<StepResult> {
  const { builtAt, spec } = context.config
  if (builtAt === undefined || builtAt.key === spec.release.key) return { state: 'done' }
  const to = await bucketOf(context)
  const { key, sizeBytes } = spec.release
  if ((await sizeThere(to.s3, to.bucket, key)) === sizeBytes) return { state: 'done' }

  const from = await bucketOf({ ...context, ...builtAt })
  if (from.bucket === to.bucket) {
    const source = `${from.bucket}/${builtAt.key}`
    try {
      await to.s3.send(new CopyObjectCommand({ Bucket: to.bucket, Key: key, CopySource: source }))
    } catch (error) {
      throw isMissing(error) ? buildGone() : error
    }
    return { state: 'done' }
  }
  await context.say(`Bringing the build from ${builtAt.region} to ${context.region}`)
  const { Body, ContentLength } = await read(from.s3, from.bucket, builtAt.key)
  await to.s3.send(new PutObjectCommand({ Bucket: to.bucket, Key: key, Body, ContentLength }))
  return { state: 'done' }
}

async function bucketOf(
  context: Pick<AccountContext, 'db' | 'cloud' | 'organisationId' | 'cloudAccountId' | 'region'>,
): Promise<{ s3: S3Client; bucket: string }> {
  const { db, organisationId, cloudAccountId, region } = context
  const { connection, base } = await db.inOrganisation(organisationId, async (tx) => ({
    connection: await connectionOf(tx, cloudAccountId),
    base: await readBase(tx, context),
  }))
  const { s3 } = await context.cloud.sessions.clients(connection, 'artifact', region)
  return { s3, bucket: base.bucket }
}

async function sizeThere(s3: S3Client, bucket: string, key: string): Promise<number | undefined> {
  try {
    return (await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ContentLength
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function read(s3: S3Client, bucket: string, key: string) {
  try {
    return await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  } catch (error) {
    if (isMissing(error)) throw buildGone()
    throw error
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')

function buildGone(): UserError {
  return new UserError({
    code: 'deployment-build-gone',
    kind: 'failed',
    what: 'The build of this release no longer lies in the bucket that it was built into.',
    why: 'Somebody deleted it, or the bucket’s own rules did.',
    todo: 'Push the commit again, so that it is built anew.',
  })
}
