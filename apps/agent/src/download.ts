import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import type { UserError } from '@slipway/core'

type Wanted = {
  s3: S3Client
  bucket: string
  key: string
  /** SHA-256 in hex, and size: what it must be. */
  digest: string
  sizeBytes: number
  signal: AbortSignal
  /** What to throw where it is not there. */
  gone(): UserError
  /** What to throw where something else is there. */
  wrong(found: string): UserError
}

/** Brings an object onto the disk, no more of it than was said, and looks whether it is the one. */
export async function download(
  { s3, bucket, key, digest, sizeBytes, signal, gone, wrong }: Wanted,
  file: string,
): Promise<void> {
  const hash = createHash('sha256')
  let left = sizeBytes
  const bounded = new Transform({
    transform(piece: Buffer, _encoding, done) {
      left -= piece.length
      hash.update(piece)
      // Larger than what was written is wrong already; the disk was measured for no more.
      done(left < 0 ? wrong('that of a larger file') : null, piece)
    },
  })
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), {
      abortSignal: signal,
    })
    if (!Body) throw gone()
    await pipeline(Body.transformToWebStream(), bounded, createWriteStream(file, { mode: 0o600 }), { signal })
  } catch (error) {
    if (error instanceof NoSuchKey) throw gone()
    throw error
  }
  const found = hash.digest('hex')
  if (found !== digest) throw wrong(found)
}
