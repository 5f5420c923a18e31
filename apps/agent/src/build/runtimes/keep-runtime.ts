import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, truncate } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import semver from 'semver'
import { create } from 'tar'
import type { Home } from '../../home.ts'

/** A runtime on the runner's disk, packed already. */
export type KeptRuntime = {
  /** What a release has as `.slipway/runtime`, and the programs in it. */
  folder: string
  binFolder: string
  /** A gzip member of tar entries without an end, to be put before those of the release. */
  archive: string
}

/** Where programs of a runtime lie in a release. */
export const runtimeFolder = '.slipway/runtime'

/** What is kept under this name, such as `node-24.21.0`; undefined when it is not there whole. */
export function keptRuntime(home: Home, name: string): KeptRuntime | undefined {
  const kept = runtimeAt(home, name)
  return existsSync(kept.archive) ? kept : undefined
}

/** The versions of one kind that are kept whole. */
export async function keptVersions(home: Home, kind: string): Promise<string[]> {
  const names = await readdir(home.cache('runtimes')).catch(() => [])
  return names.flatMap((name) => {
    const version = name.startsWith(`${kind}-`) ? name.slice(kind.length + 1) : ''
    return semver.valid(version) === null || !keptRuntime(home, name) ? [] : [version]
  })
}

/** The same one is packed once, also when a build asks while it is being prepared. */
const packing = new Map<string, Promise<KeptRuntime>>()

/**
 * Lets `fill` put a runtime into a folder that releases have as `.slipway/runtime`, and packs it once for all
 * releases to come. Safe to repeat.
 */
export function keepRuntime(
  of: { home: Home; name: string; signal: AbortSignal },
  fill: (folder: string) => Promise<void>,
): Promise<KeptRuntime> {
  const under = packing.get(of.name)
  if (under) return under
  const made = pack(of, fill).finally(() => packing.delete(of.name))
  packing.set(of.name, made)
  return made
}

async function pack(
  { home, name, signal }: { home: Home; name: string; signal: AbortSignal },
  fill: (folder: string) => Promise<void>,
): Promise<KeptRuntime> {
  const folder = home.cache('runtimes', name)
  const draft = `${folder}.${randomUUID()}`
  const inside = path.join(draft, runtimeFolder)
  try {
    await mkdir(inside, { recursive: true })
    await fill(inside)
    const plain = path.join(draft, 'runtime.tar')
    await create({ cwd: draft, file: plain, portable: true }, ['.slipway'])
    // Two empty blocks end an archive; without them the release's own entries may follow.
    await truncate(plain, (await stat(plain)).size - 1024)
    await pipeline(
      createReadStream(plain, { highWaterMark: 1_048_576 }),
      createGzip({ level: 1, chunkSize: 262_144 }),
      createWriteStream(path.join(draft, archiveName)),
      { signal },
    )
    await rm(plain)
    // Two at once (a build and the preparation) make the same: the first one stays.
    await rename(draft, folder).catch(() => {})
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return runtimeAt(home, name)
}

const archiveName = 'runtime.tar.gz'

function runtimeAt(home: Home, name: string): KeptRuntime {
  const folder = path.join(home.cache('runtimes', name), runtimeFolder)
  return {
    folder,
    binFolder: path.join(folder, 'bin'),
    archive: path.join(home.cache('runtimes', name), archiveName),
  }
}
