import { join, readText, type Tree } from '../../tree.ts'
import type { Detection, Detector, RuntimeWish } from '../detection.ts'
import { findFile } from '../find-file.ts'
import { frameworkOf } from './frameworks.ts'
import { installOf } from './install.ts'
import { type Package, placeOfKey, readPackage } from './package-json.ts'
import { startOf } from './start.ts'
import { nodeRange, nodeRangeDefault } from './version.ts'

const bunRangeDefault = '1'

/** A folder with a package.json, or with a file that Node runs by convention. */
export const node: Detector = {
  name: 'node',
  programs: [
    { names: ['node', 'npm', 'npx'], runtime: { kind: 'node', range: nodeRangeDefault } },
    { names: ['bun', 'bunx'], runtime: { kind: 'bun', range: bunRangeDefault } },
  ],
  async detect(tree, root) {
    const file = join(root, 'package.json')
    const text = await readText(tree, file)
    if (text === undefined) return withoutPackage(tree, root)
    const result = readPackage(text, file)
    if ('problem' in result) {
      return { title: 'a Node app', runtimes: [], build: [], why: [], problems: [result.problem] }
    }
    const { package: read } = result
    const range = await nodeRange(tree, root, read, text)
    const install = await installOf(tree, root, read)
    const start = await startOf({ tree, root, read }, text)
    const framework = frameworkOf(read)
    const builds = read.scripts?.build !== undefined
    const bun = bunOf(read, start.run)
    return {
      title: framework?.title ?? 'a Node app',
      runtimes: [{ kind: 'node', range: range.range, isNamed: range.isNamed }, ...bun],
      build: [...install.steps, ...(builds ? [{ root, command: 'npm run build' }] : [])],
      ...(start.run === undefined ? {} : { run: start.run }),
      ...(start.publish === undefined ? {} : { publish: start.publish }),
      ...(start.question === undefined ? {} : { question: start.question }),
      why: [
        framework
          ? `${placeOfKey(file, text, framework.dependency)} makes it ${framework.title}.`
          : `${file} makes it a Node app.`,
        range.why,
        ...install.why,
        ...(builds ? [`${placeOfKey(file, text, 'build')} has a build script: npm run build.`] : []),
        ...bun.map(() => 'Its scripts start bun: the release carries it.'),
        ...start.why,
      ],
      problems: [],
      buildsAssets: builds,
    }
  },
}

async function withoutPackage(tree: Tree, root: string): Promise<Detection | undefined> {
  const entry = await findFile(tree, root, ['server.js', 'server.mjs', 'server.ts'])
  if (entry === undefined) return undefined
  return {
    title: 'a Node app',
    runtimes: [{ kind: 'node', range: nodeRangeDefault, isNamed: false }],
    build: [],
    run: `node ${entry}`,
    why: [`${join(root, entry)} makes it a Node app: node ${entry}.`],
    problems: [],
    isWeak: true,
  }
}

function bunOf(read: Package, run: string | undefined): RuntimeWish[] {
  const commands = [run, read.scripts?.build]
  if (!commands.some((command) => command !== undefined && /(^|\s)bunx?\s/.test(command))) return []
  const asked = read.engines?.bun?.trim()
  return [{ kind: 'bun', range: asked || bunRangeDefault, isNamed: Boolean(asked) }]
}
