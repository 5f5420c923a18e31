import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

/** S3 takes parts from 5 MB; memory is at most this times the parts in flight. */
const partBytes = 8 * 1_048_576
const partsInFlight = 4

type Request = {
  s3: S3Client
  bucket: string
  key: string
  pieces: AsyncIterable<Buffer>
  /** What the object says of itself. */
  about?: Pick<PutObjectCommandInput, 'ContentType' | 'CacheControl' | 'Metadata'>
  signal: AbortSignal
}

const archive = { ContentType: 'application/gzip' }

/**
 * Writes a stream of unknown length as one object: small ones at once, others in parts. An upload that fails is
 * taken back, so that its parts cost nothing.
 */
export async function uploadParts({
  s3,
  bucket,
  key,
  pieces,
  about = archive,
  signal,
}: Request): Promise<void> {
  const target = { Bucket: bucket, Key: key }
  let held: Buffer[] = []
  let heldBytes = 0
  let uploadId: string | undefined
  const parts: Array<{ ETag: string | undefined; PartNumber: number }> = []
  const flying = new Set<Promise<void>>()
  let count = 0

  const sendPart = async () => {
    uploadId ??= (
      await s3.send(new CreateMultipartUploadCommand({ ...target, ...about }), {
        abortSignal: signal,
      })
    ).UploadId
    const Body = Buffer.concat(held)
    held = []
    heldBytes = 0
    const PartNumber = ++count
    const flight = s3
      .send(new UploadPartCommand({ ...target, UploadId: uploadId, PartNumber, Body }), {
        abortSignal: signal,
      })
      .then(({ ETag }) => void parts.push({ ETag, PartNumber }))
      .finally(() => flying.delete(flight))
    flying.add(flight)
    flight.catch(() => {})
    if (flying.size >= partsInFlight) await Promise.race(flying)
  }

  try {
    for await (const piece of pieces) {
      signal.throwIfAborted()
      held.push(piece)
      heldBytes += piece.length
      if (heldBytes >= partBytes) await sendPart()
    }
    if (uploadId === undefined) {
      await s3.send(new PutObjectCommand({ ...target, ...about, Body: Buffer.concat(held) }), {
        abortSignal: signal,
      })
      return
    }
    if (heldBytes > 0) await sendPart()
    await Promise.all(flying)
    parts.sort((a, b) => a.PartNumber - b.PartNumber)
    if (parts.length !== count) throw new Error(`${count - parts.length} parts of the upload are missing`)
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...target,
        UploadId: uploadId,
        MultipartUpload: { Parts: parts },
      }),
      { abortSignal: signal },
    )
  } catch (error) {
    await Promise.allSettled(flying)
    if (uploadId !== undefined)
      await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId: uploadId })).catch(() => {})
    throw error
  }
}
