import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import semver from 'semver'
import { buildFailures } from '../build-failures.ts'
import { type Distribution, distributionOf } from './distribution.ts'
import { type KeptRuntime, keepRuntime, keptRuntime, keptVersions } from './keep-runtime.ts'
import type { ToolEnding } from './run-tool.ts'
import type { Runtime, RuntimeKind, RuntimeRequest } from './runtime.ts'
import { settleLinks, type Tree, treeIn } from './unpacked-tree.ts'

/** A language of which the runner's Linux has packages for each line of versions, such as `ruby3.4`. */
type SystemLanguage = {
  kind: string
  title: string
  /** The package with the interpreter; its group is the line. */
  interpreter: RegExp
  /** What the names of all its packages begin with. */
  beginnings: string[]
  /** What else is unpacked of a line, as far as there are such packages. */
  companions(line: string): string[]
  /** The range as npm writes it; null when it is none. */
  rangeOf(range: string): string | null
  /** The version that the interpreter of the tree says it is. */
  versionOf(tree: Tree): Promise<{ version: string } | { failed: ToolEnding }>
  /** Writes programs into `bin` that start what lies in the tree, wherever both lie then. */
  arrange(tree: Tree, bin: string): Promise<void>
}

/**
 * A runtime made of packages of the runner's own Linux: one that was taken before where it is of the range, else
 * the newest line. Of a line it is the version that this Linux has.
 */
export function systemRuntime(language: SystemLanguage): RuntimeKind {
  return { kind: language.kind, provide: (request) => provide(language, request) }
}

async function provide(language: SystemLanguage, request: RuntimeRequest): Promise<Runtime> {
  const { home, range } = request
  const wanted = language.rangeOf(range)
  if (wanted === null) throw noRuntime(language, range, ['It is not a range of versions.'])
  const version = semver.maxSatisfying(await keptVersions(home, language.kind), wanted)
  const kept = version === null ? undefined : keptRuntime(home, `${language.kind}-${version}`)
  if (version !== null && kept) return runtimeOf(language, version, kept)
  const draft = home.cache(`unpacked-${randomUUID()}`)
  await mkdir(draft, { recursive: true })
  try {
    return await fromDistribution(language, request, wanted, draft)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function fromDistribution(
  language: SystemLanguage,
  request: RuntimeRequest,
  wanted: string,
  draft: string,
): Promise<Runtime> {
  const { home, range, say, signal } = request
  const { kind, title } = language
  const none = (lines: string[]) => noRuntime(language, range, lines)
  const distribution = distributionOf(request)
  if (distribution === undefined)
    throw none(['The runner has neither apt-get nor dnf to take packages with.'])
  say(`Taking ${title} ${range} from the packages of the runner’s Linux.`)
  const { line, packages } = await choose(language, distribution, wanted, none)
  const unpacked = await distribution.unpack(packages, draft)
  if (!unpacked.ok) throw none(unpacked.lines)
  const found = await language.versionOf(treeIn(draft, line, request))
  if ('failed' in found) throw none(found.failed.lines)
  const { version } = found
  if (!semver.satisfies(version, wanted)) throw none([`Its Linux has ${title} ${version} of this line.`])
  const kept = await keepRuntime({ home, name: `${kind}-${version}`, signal }, async (folder) => {
    const inside = path.join(folder, kind)
    const bin = path.join(folder, 'bin')
    await rename(draft, inside)
    await mkdir(bin)
    for (const name of leftOut) await rm(path.join(inside, name), { recursive: true, force: true })
    await settleLinks(inside)
    await language.arrange(treeIn(inside, line, request), bin)
  })
  return runtimeOf(language, version, kept)
}

/** What of packages is for people at the machine. */
const leftOut = ['doc', 'man', 'info', 'lintian', 'locale', 'bash-completion', 'systemtap'].map(
  (name) => `usr/share/${name}`,
)

async function choose(
  { interpreter, beginnings, companions, title }: SystemLanguage,
  distribution: Distribution,
  wanted: string,
  none: (lines: string[]) => Error,
): Promise<{ line: string; packages: string[] }> {
  const names = await distribution.names(beginnings)
  if ('failed' in names) throw none(names.failed.lines)
  const named = names.flatMap((name) => {
    const line = interpreter.exec(name)?.[1]
    return line === undefined ? [] : [{ line, name }]
  })
  const [newest] = named
    .filter(({ line }) => semver.intersects(wanted, `~${line}.0`))
    .sort((one, other) => semver.rcompare(`${one.line}.0`, `${other.line}.0`))
  if (newest === undefined) {
    const lines = named.map(({ line }) => line).join(', ')
    throw none([`Its Linux has ${lines === '' ? `no ${title}` : `${title} ${lines}`}.`])
  }
  const all = new Set(names)
  const beside = companions(newest.line).filter((name) => all.has(name))
  return { line: newest.line, packages: [newest.name, ...beside] }
}

function runtimeOf({ title }: SystemLanguage, version: string, kept: KeptRuntime): Runtime {
  return { name: `${title} ${version}`, binFolders: [kept.binFolder], variables: {}, carried: kept }
}

function noRuntime({ title }: SystemLanguage, range: string, lines: string[]) {
  return buildFailures.noRuntime(
    `${title} ${range}`,
    'Ask for a version that the runner’s Linux has packages of, or let the runner reach where it gets them from.',
    lines,
  )
}
