import { randomUUID } from 'node:crypto'
import { chmod, copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Log } from '@slipway/core'
import semver from 'semver'
import { extract } from 'tar'
import { z } from 'zod'
import type { Home } from '../../home.ts'
import { buildFailures } from '../build-failures.ts'
import { type KeptRuntime, keepRuntime, keptRuntime, keptVersions } from './keep-runtime.ts'
import { runTool, toolEnvironment } from './run-tool.ts'
import type { Runtime, RuntimeKind, RuntimeRequest } from './runtime.ts'

/** A runtime that is one executable, which npm has as a package for each processor. */
type Packaged = { kind: string; title: string; package: string; file: string }

/** Node, and what else the npm registry has: the newest version of the range, kept on the runner's disk. */
export function npmRuntime(packaged: Packaged): RuntimeKind {
  return { kind: packaged.kind, provide: (request) => provide(packaged, request) }
}

async function provide(packaged: Packaged, request: RuntimeRequest): Promise<Runtime> {
  const { range, home, say } = request
  const { kind, title } = packaged
  const wanted = semver.validRange(range)
  if (wanted === null) throw noRuntime(packaged, range, ['It is not a range of versions.'])
  const version = await versionOnDisk(kind, wanted, home)
  const kept = version === undefined ? undefined : keptRuntime(home, `${kind}-${version}`)
  if (version !== undefined && kept) return runtimeOf(title, version, kept)
  if (version !== undefined && version === ownVersion(kind)) {
    return runtimeOf(title, version, await keep(request, packaged, version, process.execPath))
  }
  say(`Taking ${title} ${range} from the npm registry.`)
  return fromRegistry(packaged, request, wanted)
}

/** Packs the runner's own Node while nothing else is to do, so that no build waits for it. Safe to repeat. */
export function prepareNode({ home, log }: { home: Home; log: Log }): void {
  const { node } = process.versions
  if (keptRuntime(home, `node-${node}`)) return
  const signal = AbortSignal.timeout(300_000)
  keep({ home, signal }, { kind: 'node', file: 'bin/node' }, node, process.execPath).catch((error: unknown) =>
    log.warn({ error: String(error) }, 'the runtime could not be packed beforehand'),
  )
}

/** The agent itself runs on one of them. */
function ownVersion(kind: string): string | undefined {
  return process.release.name === kind ? process.versions.node : undefined
}

/** The runner's own where it is of the range, else the newest that was taken before. */
async function versionOnDisk(kind: string, wanted: string, home: Home): Promise<string | undefined> {
  const own = ownVersion(kind)
  if (own !== undefined && semver.satisfies(own, wanted)) return own
  return semver.maxSatisfying(await keptVersions(home, kind), wanted) ?? undefined
}

async function fromRegistry(packaged: Packaged, request: RuntimeRequest, wanted: string): Promise<Runtime> {
  const { home, range } = request
  const draft = home.cache(`runtime-${randomUUID()}`)
  await mkdir(draft, { recursive: true })
  try {
    const version = await newestVersion(packaged, request, wanted, draft)
    await npm(packaged, request, draft, ['pack', '--silent', `${packaged.package}@${version}`])
    const file = (await readdir(draft)).find((name) => name.endsWith('.tgz'))
    if (file === undefined) throw noRuntime(packaged, range, ['The registry gave no archive.'])
    const executable = `package/${packaged.file}`
    await extract({ file: path.join(draft, file), cwd: draft, filter: (name) => name === executable })
    const kept = await keep(request, packaged, version, path.join(draft, executable))
    return runtimeOf(packaged.title, version, kept)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

const versionsSchema = z.union([z.string(), z.array(z.string())])

/** Asked for by itself: `npm pack` with a range would take every version of it. */
async function newestVersion(
  packaged: Packaged,
  request: RuntimeRequest,
  wanted: string,
  folder: string,
): Promise<string> {
  const args = ['view', `${packaged.package}@${wanted}`, 'version', '--json']
  const out = await npm(packaged, request, folder, args)
  const none = noRuntime(packaged, request.range, ['The registry has no version of this range.'])
  if (out.trim() === '') throw none
  const newest = semver.maxSatisfying([versionsSchema.parse(JSON.parse(out))].flat(), wanted)
  if (newest === null) throw none
  return newest
}

async function npm(
  packaged: Packaged,
  request: RuntimeRequest,
  folder: string,
  args: string[],
): Promise<string> {
  const { range, signal } = request
  const environment = { ...toolEnvironment(request), npm_config_cache: path.join(folder, 'npm') }
  const ending = await runTool('npm', args, { folder, environment, signal })
  if (!ending.ok) throw noRuntime(packaged, range, ending.lines)
  return ending.out
}

/** Copies the executable into the cache and packs it. */
function keep(
  { home, signal }: Pick<RuntimeRequest, 'home' | 'signal'>,
  { kind, file }: Pick<Packaged, 'kind' | 'file'>,
  version: string,
  executable: string,
): Promise<KeptRuntime> {
  return keepRuntime({ home, name: `${kind}-${version}`, signal }, async (folder) => {
    const copied = path.join(folder, 'bin', path.basename(file))
    await mkdir(path.dirname(copied), { recursive: true })
    await copyFile(executable, copied)
    await chmod(copied, 0o755)
  })
}

function runtimeOf(title: string, version: string, kept: KeptRuntime): Runtime {
  return { name: `${title} ${version}`, binFolders: [kept.binFolder], variables: {}, carried: kept }
}

function noRuntime({ title }: Packaged, range: string, lines: string[]) {
  return buildFailures.noRuntime(
    `${title} ${range}`,
    'Name a version that there is, in the file that the page of the push says it was read from.',
    lines,
  )
}
