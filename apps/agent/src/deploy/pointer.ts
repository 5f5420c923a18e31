import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Log } from '@slipway/core'
import { type Pointer, pointer, pointerKey } from '@slipway/protocol'
import { type Home, readJson, writeJson } from '../home.ts'

type Place = { home: Home; s3: S3Client; bucket: string; environmentId: string; log: Log }
/** A host whose bucket does not answer starts from its own disk; visitors wait meanwhile. */
const bucketMilliseconds = 4_000

/** Keeps the spec as what this host must run: first on its disk, then in the bucket, which is tried again until it is there. */
export async function keepPointer(value: Pointer, place: Place): Promise<void> {
  await writeJson(place.home.pointer, value)
  await putPointer(value, place)
}

async function putPointer(value: Pointer, place: Place): Promise<void> {
  const { home, s3, bucket, environmentId, log } = place
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: pointerKey(environmentId),
        Body: JSON.stringify(value),
        ContentType: 'application/json',
      }),
      { abortSignal: AbortSignal.timeout(10_000) },
    )
  } catch (error) {
    log.warn({ error: String(error) }, 'the pointer could not be written to the bucket; trying again')
    setTimeout(async () => {
      const latest = await readJson(home.pointer, pointer)
      if (latest?.healthyAt === value.healthyAt) await putPointer(value, place)
    }, 30_000).unref()
  }
}

/** What this host must run: the newer of bucket and disk. Without `bucket` the disk alone is asked. */
export async function readPointer(
  place: Omit<Place, 'bucket'> & { bucket: string | undefined },
): Promise<Pointer | undefined> {
  const onDisk = await readJson(place.home.pointer, pointer)
  const inBucket =
    place.bucket === undefined ? undefined : await readFromBucket({ ...place, bucket: place.bucket })
  if (!onDisk || !inBucket) return onDisk ?? inBucket
  return onDisk.healthyAt >= inBucket.healthyAt ? onDisk : inBucket
}

async function readFromBucket({ s3, bucket, environmentId, log }: Place): Promise<Pointer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: pointerKey(environmentId) }), {
      abortSignal: AbortSignal.timeout(bucketMilliseconds),
    })
    const read = pointer.safeParse(JSON.parse((await Body?.transformToString()) ?? 'null'))
    return read.success ? read.data : undefined
  } catch (error) {
    log.info({ error: error instanceof Error ? error.name : String(error) }, 'no pointer from the bucket')
    return undefined
  }
}
