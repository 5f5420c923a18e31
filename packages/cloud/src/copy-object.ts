import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { connectionOf } from './account.ts'
import { readBase } from './base/ensure-base.ts'
import type { AccountContext } from './targets/target.ts'

/** A call may take as long as a part this large needs; the memory of a copy is this times the parts in flight. */
const partBytes = 8 * 1_048_576
const partsInFlight = 4

type Bucket = { s3: S3Client; bucket: string }
type ObjectAt = Bucket & { key: string }

/** The bucket of an account and region, by a session that may read and write what is brought from one to another. */
export async function bucketOf(
  context: Pick<AccountContext, 'db' | 'cloud' | 'organisationId' | 'cloudAccountId' | 'region'>,
): Promise<Bucket> {
  const { db, organisationId, cloudAccountId, region } = context
  const { connection, base } = await db.inOrganisation(organisationId, async (tx) => ({
    connection: await connectionOf(tx, cloudAccountId),
    base: await readBase(tx, context),
  }))
  const { s3 } = await context.cloud.sessions.clients(connection, 'artifact', region)
  return { s3, bucket: base.bucket }
}

/**
 * Copies an object of this size to where it is not yet: within one bucket S3 copies by itself, else the bytes stream
 * through here, in parts, and are not kept. `gone` where there is none of this size. Whoever reads the copy checks its
 * digest. Safe to repeat.
 */
export async function copyObject(
  from: ObjectAt,
  to: ObjectAt,
  sizeBytes: number,
): Promise<'there' | 'copied' | 'gone'> {
  if ((await headOf(to))?.ContentLength === sizeBytes) return 'there'
  const source = await headOf(from)
  if (source?.ContentLength !== sizeBytes) return 'gone'
  const target = { Bucket: to.bucket, Key: to.key }
  if (from.bucket === to.bucket) {
    await to.s3.send(new CopyObjectCommand({ ...target, CopySource: `${from.bucket}/${from.key}` }))
    return 'copied'
  }
  const read = async (Range?: string) => {
    const asked = { Bucket: from.bucket, Key: from.key, IfMatch: source.ETag, Range }
    const { Body } = await from.s3.send(new GetObjectCommand(asked))
    return Body?.transformToByteArray()
  }
  if (sizeBytes <= partBytes) await to.s3.send(new PutObjectCommand({ ...target, Body: await read() }))
  else await copyParts(read, to, sizeBytes)
  return 'copied'
}

async function copyParts(
  read: (range: string) => Promise<Uint8Array | undefined>,
  { s3, bucket, key }: ObjectAt,
  sizeBytes: number,
): Promise<void> {
  const target = { Bucket: bucket, Key: key }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target))
  const parts: CompletedPart[] = []
  const starts = Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => index).values()
  const copyNext = async () => {
    for (const index of starts) {
      const end = Math.min((index + 1) * partBytes, sizeBytes) - 1
      const Body = await read(`bytes=${index * partBytes}-${end}`)
      const part = { PartNumber: index + 1 }
      const { ETag, ChecksumCRC32 } = await s3.send(
        new UploadPartCommand({ ...target, ...part, UploadId, Body }),
      )
      parts.push({ ...part, ETag, ChecksumCRC32 })
    }
  }
  try {
    await Promise.all(Array.from({ length: partsInFlight }, copyNext))
    const Parts = parts.toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0))
    await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }))
  } catch (error) {
    // Where this fails too, the bucket's own rule takes the parts away.
    await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => {})
    throw error
  }
}

async function headOf({ s3, bucket, key }: ObjectAt) {
  try {
    return await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return undefined
    throw error
  }
}
