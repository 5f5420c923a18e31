import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { S3Client } from '@aws-sdk/client-s3'
import { type ArtifactsKept, artifactBytesMax, type StepArtifacts } from '@slipway/protocol'
import { s3Settings } from '../aws-settings.ts'
import { uploadParts } from '../build/upload-parts.ts'
import type { AgentConfig } from '../config.ts'
import { matchNames, withoutInner } from './match-names.ts'
import { stepFailures } from './step-failures.ts'
import { bounded, complaintsOf, tarAt } from './tar.ts'

type Request = {
  config: AgentConfig
  artifacts: StepArtifacts | undefined
  command: string
  /** Top of the checkout. */
  source: string
  say(line: string): void
  signal: AbortSignal
}

/**
 * Packs the files that a command left for later steps into one archive in the bucket; nothing where it is to keep none.
 * Throws UserErrors of `stepFailures` where a name means nothing, and where all are too large. Leaves no half archive.
 */
export async function keepArtifacts({
  config,
  artifacts,
  command,
  source,
  say,
  signal,
}: Request): Promise<ArtifactsKept | undefined> {
  if (artifacts?.kept === undefined) return undefined
  const { key, names } = artifacts.kept
  const matched = await matchNames(names, source)
  const missing = matched.filter(({ paths }) => paths.length === 0).map(({ name }) => name)
  if (missing.length > 0) throw stepFailures.artifactMissing(command, missing)
  const tooLarge = () => stepFailures.artifactsTooLarge(command, matched)
  const fileBytes = matched.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (fileBytes > artifactBytesMax) throw tooLarge()

  const hash = createHash('sha256')
  let sizeBytes = 0
  async function* pieces(): AsyncGenerator<Buffer> {
    for await (const piece of packed(source, withoutInner(matched.flatMap(({ paths }) => paths)))) {
      hash.update(piece)
      sizeBytes += piece.length
      yield piece
    }
  }
  async function* packed(folder: string, paths: readonly string[]): AsyncGenerator<Buffer> {
    const asNamed = ['--null', '--verbatim-files-from', '--files-from=-']
    const tar = tarAt(folder, ['--create', '--format=pax', ...asNamed], config.path)
    const complaints = complaintsOf(tar)
    tar.stdin.on('error', () => {
      // It ended before it read all, and says itself why.
    })
    tar.stdin.end(paths.join('\0'))
    const gzip = createGzip({ level: 1, chunkSize: 262_144 })
    const flow = pipeline(tar.stdout, bounded(tooLarge), gzip, { signal })
    flow.catch(() => tar.kill('SIGKILL'))
    for await (const piece of gzip) yield Buffer.from(piece)
    await flow
    const said = await complaints
    if (said !== undefined) throw stepFailures.artifactsFailed('packed', said)
  }
  const s3 = new S3Client(s3Settings(config))
  await uploadParts({ s3, bucket: artifacts.bucket, key, pieces: pieces(), signal })
  say(`Kept for later steps: ${names.join(', ')} (${megabytes(sizeBytes)}).`)
  return {
    digest: hash.digest('hex'),
    sizeBytes,
    names: matched.map(({ name, files, sizeBytes: size }) => ({ name, files, sizeBytes: size })),
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}
