import { createReadStream } from 'node:fs'
import { rm, statfs } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { S3Client } from '@aws-sdk/client-s3'
import type { StepArtifacts } from '@slipway/protocol'
import { hostFailures } from '../apps/failures.ts'
import { s3Settings } from '../aws-settings.ts'
import type { AgentConfig } from '../config.ts'
import { download } from '../download.ts'
import { stepFailures } from './step-failures.ts'
import { bounded, complaintsOf, tarAt } from './tar.ts'

/** Builds on the same runner need room as well. */
const spareBytes = 512 * 1_048_576

type Request = {
  config: AgentConfig
  artifacts: StepArtifacts | undefined
  /** Top of the checkout. */
  source: string
  /** Where an archive may lie until it is unpacked. */
  archive: string
  say(line: string): void
  signal: AbortSignal
}

/**
 * Puts the files that earlier steps kept into the checkout, at the places that they had, over what the commit has
 * there; of a file that several kept the last remains. Looks for space before it writes, and checks each digest before
 * it unpacks. Throws UserErrors of `stepFailures`.
 */
export async function findArtifacts({
  config,
  artifacts,
  source,
  archive,
  say,
  signal,
}: Request): Promise<void> {
  if (artifacts === undefined || artifacts.found.length === 0) return
  const { bucket, found } = artifacts
  await refuseWithoutSpace(source, found)
  const s3 = new S3Client(s3Settings(config))
  for (const { key, digest, sizeBytes } of found) {
    const gone = () => stepFailures.artifactsGone(key)
    const wrong = (other: string) => stepFailures.artifactsWrong(key, digest, other)
    await download({ s3, bucket, key, digest, sizeBytes, signal, gone, wrong }, archive)
    await unpack(archive, source, config.path, signal)
    await rm(archive, { force: true })
  }
  say('The files that earlier steps kept are in their places.')
}

async function refuseWithoutSpace(source: string, found: StepArtifacts['found']): Promise<void> {
  const largest = Math.max(...found.map(({ sizeBytes }) => sizeBytes))
  const needed = found.reduce((sum, { fileBytes }) => sum + fileBytes, largest + spareBytes)
  const { bavail, bsize } = await statfs(source)
  if (bavail * bsize < needed) throw hostFailures.diskFull(needed, bavail * bsize)
}

async function unpack(archive: string, source: string, programs: string, signal: AbortSignal): Promise<void> {
  const tar = tarAt(source, ['--extract', '--no-same-owner', '--no-same-permissions'], programs)
  const complaints = complaintsOf(tar)
  const tooLarge = stepFailures.artifactsFailed('unpacked', ['It holds more than artifacts may.'])
  const flow = pipeline(
    createReadStream(archive),
    createGunzip(),
    bounded(() => tooLarge),
    tar.stdin,
    {
      signal,
    },
  )
  const stopped = await flow.catch((error: unknown) => ({ error }))
  // One that ended by itself closed its end first, and says why.
  if (stopped !== undefined && !isClosedEnd(stopped.error)) {
    tar.kill('SIGKILL')
    throw stopped.error
  }
  const said = await complaints
  if (said !== undefined) throw stepFailures.artifactsFailed('unpacked', said)
}

/** It may also have ended well before what fills the archive's last block was written. */
function isClosedEnd(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE'
}
