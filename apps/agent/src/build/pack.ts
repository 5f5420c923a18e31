import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { S3Client } from '@aws-sdk/client-s3'
import { create } from 'tar'
import { buildFailures } from './build-failures.ts'
import { uploadParts } from './upload-parts.ts'

export type PackRequest = {
  folder: string
  /** What the release carries. */
  runtimes: { name: string; folder: string; archive: string }[]
  s3: S3Client
  bucket: string
  key: string
  signal: AbortSignal
}

/** Folders at its top that are none of the release's: its history, and what is put in their place. */
export const notReleased = /^(\.git|\.slipway)(\/|$)/

/**
 * Streams the folder as a `.tar.gz` into the bucket, without a copy on disk, and answers SHA-256 and size of
 * what is there. The runtimes' entries come first, packed long ago: gzip members may simply follow each other
 * (RFC 1952 §2.2).
 */
export async function packAndUpload({
  folder,
  runtimes,
  s3,
  bucket,
  key,
  signal,
}: PackRequest): Promise<{ digest: string; sizeBytes: number }> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw buildFailures.noFolder(folder)
  const hash = createHash('sha256')
  let sizeBytes = 0
  async function* pieces(): AsyncGenerator<Buffer> {
    const entries = create(
      { cwd: folder, portable: true, filter: (name) => !notReleased.test(name.slice(2)) },
      ['.'],
    )
    const own = Readable.from(entries).pipe(createGzip({ level: 1, chunkSize: 262_144 }))
    for (const stream of [
      ...runtimes.map(({ archive }) => createReadStream(archive, { highWaterMark: 1_048_576 })),
      own,
    ]) {
      for await (const piece of stream) {
        const bytes = Buffer.from(piece)
        hash.update(bytes)
        sizeBytes += bytes.length
        yield bytes
      }
    }
  }
  await uploadParts({ s3, bucket, key, pieces: pieces(), signal })
  return { digest: hash.digest('hex'), sizeBytes }
}
