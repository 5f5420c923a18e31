import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { S3Client } from '@aws-sdk/client-s3'
import type { Architecture, DeploymentSpec } from '@slipway/protocol'
import { extract } from 'tar'
import { z } from 'zod'
import { giveToAppUser } from '../apps/app-user.ts'
import { hostFailures } from '../apps/failures.ts'
import { download } from '../download.ts'
import { type Home, readJson, writeJson } from '../home.ts'

type Release = DeploymentSpec['release']
const marker = '.slipway/fetched.json'
/** Unpacked, a release of JavaScript and its runtime is about four times its archive. */
const unpackedRatio = 5
const spareBytes = 64 * 1_048_576

/**
 * Brings a release onto the disk and answers its folder. Looks for space before it writes, checks the digest
 * before it unpacks. What is there already is not fetched again. Throws UserErrors of `hostFailures`.
 */
export async function fetchRelease(
  release: Release,
  from: { s3: S3Client; bucket: string; architecture: Architecture; home: Home; signal: AbortSignal },
): Promise<string> {
  const { home } = from
  const folder = home.release(release.id)
  const there = await readJson(path.join(folder, marker), z.object({ digest: z.string() }))
  if (there?.digest === release.digest) {
    const now = new Date()
    await utimes(folder, now, now)
    return folder
  }
  if (release.architecture !== from.architecture)
    throw hostFailures.wrongArchitecture(release.architecture, from.architecture)
  await mkdir(home.releases, { recursive: true })
  await refuseWithoutSpace(release.sizeBytes * unpackedRatio + spareBytes, home)

  const archive = `${folder}.tar.gz`
  const draft = `${folder}.new`
  try {
    await download(
      {
        ...from,
        ...release,
        gone: () => hostFailures.releaseGone(release.key),
        wrong: (found) => hostFailures.wrongDigest(release.digest, found),
      },
      archive,
    )
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    await unpack(archive, draft, from.signal)
    await mkdir(path.join(draft, '.slipway'), { recursive: true })
    await writeJson(path.join(draft, marker), { digest: release.digest })
    // Apps may write beside their files, as anywhere else, until the next release.
    giveToAppUser(draft)
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder)
    return folder
  } finally {
    await rm(archive, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
}

async function refuseWithoutSpace(neededBytes: number, home: Home): Promise<void> {
  const { bavail, bsize } = await statfs(home.releases)
  if (bavail * bsize < neededBytes) throw hostFailures.diskFull(neededBytes, bavail * bsize)
}

/** `tar` keeps every entry inside the folder: absolute names, `..` and links that lead out are not followed. */
async function unpack(archive: string, folder: string, signal: AbortSignal): Promise<void> {
  await pipeline(
    createReadStream(archive, { highWaterMark: 1_048_576 }),
    createGunzip({ chunkSize: 262_144 }),
    extract({ cwd: folder, noChmod: true, preserveOwner: false }),
    {
      signal,
    },
  )
}

/** Removes all but the newest releases and those named. Never throws: a full disk is no reason to fail a deployment. */
export async function pruneReleases(home: Home, keep: { newest: number; ids: string[] }): Promise<void> {
  const names = await readdir(home.releases).catch(() => [])
  const aged = await Promise.all(
    names.map(async (name) => ({
      name,
      at: (await stat(home.release(name)).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  )
  const old = aged.sort((a, b) => b.at - a.at).slice(keep.newest)
  for (const { name } of old)
    if (!keep.ids.includes(name))
      await rm(home.release(name), { recursive: true, force: true }).catch(() => {})
}

/** Space on the disk that holds this folder. */
export async function diskOf(folder: string): Promise<{ usedBytes: number; totalBytes: number }> {
  const { blocks, bfree, bsize } = await statfs(folder)
  return { usedBytes: (blocks - bfree) * bsize, totalBytes: blocks * bsize }
}
