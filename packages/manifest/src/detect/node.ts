import { z } from 'zod'
import type { ManifestProblem } from '../problem.ts'
import { join, readText, type Tree } from '../tree.ts'
import type { Detection, Detector } from './detection.ts'

/** The range where a project names none: the long-term support line of Node. */
const nodeRangeDefault = '24'

/** Files that are run where package.json names no start command, in this order. */
const entryFiles = ['server', 'index', 'app', 'main', 'src/server', 'src/index'].flatMap((name) =>
  ['js', 'mjs', 'ts'].map((ending) => `${name}.${ending}`),
)

/** Tools that build a site and are no server: the folder they fill, by the dependency that names them. */
const siteBuilders: Record<string, string> = { vite: 'dist', astro: 'dist', '@11ty/eleventy': '_site' }

const packageSchema = z.object({
  main: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  engines: z.object({ node: z.string().optional() }).optional(),
  packageManager: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
})
type Package = z.infer<typeof packageSchema>

/** A folder with a package.json, or with a file that Node runs by convention. */
export const node: Detector = {
  name: 'node',
  async detect(tree, root) {
    const file = join(root, 'package.json')
    const text = await readText(tree, file)
    if (text === undefined) return withoutPackage(tree, root)
    const read = readPackage(text, file)
    if ('problem' in read) {
      return {
        kind: 'node',
        runtime: { kind: 'node', range: nodeRangeDefault },
        build: [],
        why: [],
        problems: [read.problem],
      }
    }
    const range = await rangeOf(tree, root, read.package)
    const install = await installOf(tree, root, read.package)
    const builds = read.package.scripts?.build !== undefined
    const start = await startOf(tree, root, read.package)
    return {
      kind: 'node',
      runtime: { kind: 'node', range: range.range },
      build: [...install.commands, ...(builds ? [{ root, command: 'npm run build' }] : [])],
      ...start.found,
      why: [
        `${file} makes it a Node app.`,
        range.why,
        ...install.why,
        ...(builds ? ['It has a build script: npm run build.'] : []),
        ...start.why,
      ],
      problems: [],
    }
  },
}

async function withoutPackage(tree: Tree, root: string): Promise<Detection | undefined> {
  const entry = await firstFile(tree, root, ['server.js', 'server.mjs', 'server.ts'])
  if (entry === undefined) return undefined
  return {
    kind: 'node',
    runtime: { kind: 'node', range: nodeRangeDefault },
    build: [],
    run: `node ${entry}`,
    why: [`${join(root, entry)} makes it a Node app: node ${entry}.`],
    problems: [],
  }
}

function readPackage(text: string, file: string): { package: Package } | { problem: ManifestProblem } {
  const broken = (why: string) => ({
    problem: {
      code: 'manifest-package-json',
      what: `${file} cannot be read.`,
      why,
      todo: 'Mend it; npm would refuse it too.',
      place: { file, line: 1, column: 1 },
    },
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return broken(error instanceof Error ? error.message : 'It is not JSON.')
  }
  const result = packageSchema.safeParse(value)
  if (result.success) return { package: result.data }
  const issue = result.error.issues[0]
  return broken(`${issue?.path.join('.') || 'It'}: ${issue?.message ?? 'has another form'}`)
}

async function rangeOf(tree: Tree, root: string, read: Package): Promise<{ range: string; why: string }> {
  const named = read.engines?.node?.trim()
  if (named) return { range: named, why: `Its engines ask for Node ${named}.` }
  for (const name of ['.node-version', '.nvmrc']) {
    const text = (await readText(tree, join(root, name)))?.trim()
    const major = text === undefined ? null : /^v?(\d+)/.exec(text)
    if (major?.[1]) return { range: major[1], why: `${name} asks for Node ${major[1]}.` }
  }
  return { range: nodeRangeDefault, why: `It names no version of Node: ${nodeRangeDefault} is taken.` }
}

/** Lock files in the order in which they are looked for, and how their manager installs exactly what they say. */
const locks: { file: string; install(manager: string | undefined): string }[] = [
  { file: 'package-lock.json', install: () => 'npm ci --include=dev --no-audit --no-fund' },
  { file: 'npm-shrinkwrap.json', install: () => 'npm ci --include=dev --no-audit --no-fund' },
  {
    file: 'pnpm-lock.yaml',
    install: (manager) =>
      `npx -y pnpm@${versionOf(manager, 'pnpm') ?? '10'} install --frozen-lockfile --prod=false`,
  },
  {
    file: 'yarn.lock',
    install(manager) {
      const version = versionOf(manager, 'yarn') ?? '1'
      return version.startsWith('1')
        ? `npx -y yarn@${version} install --frozen-lockfile --production=false`
        : `npx -y @yarnpkg/cli-dist@${version} install --immutable`
    },
  },
]

/** The lock file counts where it lies: in the folder, or above it for a workspace. */
async function installOf(
  tree: Tree,
  root: string,
  read: Package,
): Promise<{ commands: Detection['build']; why: string[] }> {
  for (const folder of upwards(root)) {
    for (const lock of locks) {
      if (!(await hasFile(tree, folder, lock.file))) continue
      const manager = read.packageManager ?? (folder === root ? undefined : await managerAt(tree, folder))
      const command = lock.install(manager)
      return {
        commands: [{ root: folder, command }],
        why: [`${join(folder, lock.file)} is there: ${command}.`],
      }
    }
  }
  const names = [...Object.keys(read.dependencies ?? {}), ...Object.keys(read.devDependencies ?? {})]
  if (names.length === 0) return { commands: [], why: ['It has no dependencies: nothing is installed.'] }
  const command = 'npm install --include=dev --no-audit --no-fund'
  return {
    commands: [{ root, command }],
    why: [`It has no lock file: ${command} takes the newest versions that its ranges allow.`],
  }
}

async function managerAt(tree: Tree, folder: string): Promise<string | undefined> {
  const text = await readText(tree, join(folder, 'package.json'))
  const read = text === undefined ? undefined : readPackage(text, 'package.json')
  return read && 'package' in read ? read.package.packageManager : undefined
}

/** `pnpm@10.1.0+sha512.…` → `10.1.0`; undefined for another manager and for what is no version. */
function versionOf(manager: string | undefined, name: string): string | undefined {
  const match = /^([a-z]+)@(\d+(?:\.\d+){0,2})(?:[+-].*)?$/.exec(manager ?? '')
  return match?.[1] === name ? match[2] : undefined
}

async function startOf(
  tree: Tree,
  root: string,
  read: Package,
): Promise<{ found: Pick<Detection, 'run' | 'publish'>; why: string[] }> {
  const { start, prestart } = read.scripts ?? {}
  if (start !== undefined) {
    // Run directly, not by npm, so that it gets the signals that stop it.
    return {
      found: { run: prestart === undefined ? start : 'npm start' },
      why: [`Its start script runs it: ${start}.`],
    }
  }
  const main = read.main && (await hasFile(tree, root, read.main)) ? read.main : undefined
  const entry = main ?? (await firstFile(tree, root, entryFiles))
  if (entry !== undefined) {
    return {
      found: { run: `node ${entry}` },
      why: [`It has no start script; ${entry} is run: node ${entry}.`],
    }
  }
  const builder = Object.keys(siteBuilders).find(
    (name) => read.dependencies?.[name] ?? read.devDependencies?.[name],
  )
  const publish = builder && read.scripts?.build !== undefined ? siteBuilders[builder] : undefined
  if (publish !== undefined) {
    return {
      found: { publish },
      why: [`${builder} builds a site into ${publish}, which is served as it is.`],
    }
  }
  return { found: {}, why: [] }
}

function upwards(root: string): string[] {
  if (root === '') return ['']
  const parts = root.split('/')
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '']
}

async function firstFile(tree: Tree, root: string, names: string[]): Promise<string | undefined> {
  for (const name of names) if (await hasFile(tree, root, name)) return name
  return undefined
}

async function hasFile(tree: Tree, root: string, name: string): Promise<boolean> {
  const parts = join(root, name.replace(/^\.\//, '')).split('/')
  const entries = await tree.list(parts.slice(0, -1).join('/'))
  return entries.some((entry) => entry.kind === 'file' && entry.name === parts.at(-1))
}
