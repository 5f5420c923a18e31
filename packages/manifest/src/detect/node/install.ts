import { join, readText, type Tree } from '../../tree.ts'
import type { Step } from '../detection.ts'
import { findLine, hasFile, upwards } from '../find-file.ts'
import { type Package, readPackage } from './package-json.ts'

type Lock = {
  file: string
  manager: string
  install(version: string | undefined, folder: Folder): Promise<string>
}
type Folder = { tree: Tree; folder: string }

/** Lock files in the order in which they are looked for, and how their manager installs exactly what they say. */
const locks: readonly Lock[] = [
  { file: 'package-lock.json', manager: 'npm', install: async () => npmClean },
  { file: 'npm-shrinkwrap.json', manager: 'npm', install: async () => npmClean },
  {
    file: 'pnpm-lock.yaml',
    manager: 'pnpm',
    install: async (version) => `npx -y pnpm@${version ?? '10'} install --frozen-lockfile --prod=false`,
  },
  {
    file: 'yarn.lock',
    manager: 'yarn',
    async install(version = '1', { tree, folder }) {
      if (version.startsWith('1'))
        return `npx -y yarn@${version} install --frozen-lockfile --production=false`
      const linker = await findLine(tree, join(folder, '.yarnrc.yml'), /^nodeLinker:\s*['"]?node-modules/)
      // Node finds no module of Plug'n'Play without yarn around it.
      const variables = linker ? '' : 'YARN_NODE_LINKER=node-modules '
      return `${variables}npx -y @yarnpkg/cli-dist@${version} install --immutable`
    },
  },
  { file: 'bun.lock', manager: 'bun', install: async (version) => bunFrozen(version) },
  { file: 'bun.lockb', manager: 'bun', install: async (version) => bunFrozen(version) },
]

const npmClean = 'npm ci --include=dev --no-audit --no-fund'
const bunFrozen = (version = '1') => `npx -y bun@${version} install --frozen-lockfile`

/** How dependencies are installed. A lock file counts where it lies: in the folder, or above it for a workspace. */
export async function installOf(
  tree: Tree,
  root: string,
  read: Package,
): Promise<{ steps: Step[]; why: string[] }> {
  for (const folder of upwards(root)) {
    const there: Lock[] = []
    for (const lock of locks) if (await hasFile(tree, folder, lock.file)) there.push(lock)
    const manager = read.packageManager ?? (folder === root ? undefined : await managerAt(tree, folder))
    const lock = there.find((one) => manager?.startsWith(`${one.manager}@`)) ?? there[0]
    if (lock === undefined) continue
    const command = await lock.install(versionOf(manager, lock.manager), { tree, folder })
    const others = there.filter((one) => one.manager !== lock.manager).map((one) => one.file)
    return {
      steps: [{ root: folder, command }],
      why: [
        `${join(folder, lock.file)} is there: ${command}.`,
        ...(others.length > 0
          ? [`${others.join(' and ')} is there too and not read: packageManager in package.json decides.`]
          : []),
      ],
    }
  }
  const names = [...Object.keys(read.dependencies ?? {}), ...Object.keys(read.devDependencies ?? {})]
  if (names.length === 0) return { steps: [], why: ['It has no dependencies: nothing is installed.'] }
  const command = 'npm install --include=dev --no-audit --no-fund'
  return {
    steps: [{ root, command }],
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
