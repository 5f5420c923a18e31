import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { AgentFiles } from '../cloud-config.ts'
import type { AwsClients } from '../session.ts'

/** What hosts and runners of an account start from, as it lies in their bucket. */
export type AgentBundle = { key: string; body: Buffer; digest: string }[]

/** Reads the agent, its start script, and Node where an installation brings it. */
export async function loadAgent(files: AgentFiles): Promise<AgentBundle> {
  const paths = {
    ...Object.fromEntries(files.programPaths.map((file) => [`slipway/${path.basename(file)}`, file])),
    'slipway/bootstrap.sh': files.bootstrapPath,
    ...Object.fromEntries(
      Object.entries(files.nodePaths ?? {}).map(([architecture, file]) => [
        `slipway/node-${architecture}.tar.gz`,
        file,
      ]),
    ),
  }
  return Promise.all(
    Object.entries(paths).map(async ([key, file]) => {
      const body = await readFile(file)
      return { key, body, digest: createHash('sha256').update(body).digest('hex') }
    }),
  )
}

/**
 * Puts what is newer than what lies in the bucket there. The start script goes last: whoever has it finds the
 * rest. Safe to repeat.
 */
export async function uploadAgent(
  { s3 }: Pick<AwsClients, 's3'>,
  bucket: string,
  agent: AgentBundle,
): Promise<void> {
  const last = (key: string) => Number(key.endsWith('bootstrap.sh'))
  for (const { key, body, digest } of agent.toSorted((a, b) => last(a.key) - last(b.key))) {
    if ((await digestThere(s3, bucket, key)) === digest) continue
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: { sha256: digest } }),
    )
  }
}

async function digestThere(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return Metadata?.sha256
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined
    throw error
  }
}
