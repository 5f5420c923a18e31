import { z } from 'zod'
import { join, readText } from '../tree.ts'
import type { Detector } from './detection.ts'
import { findFile, hasFile, matchLine } from './find-file.ts'
import { namedVersion, toolFiles, versionLine } from './named-version.ts'

const denoRangeDefault = '2'
const files = [versionLine('.deno-version', /^\s*v?(\d[\w.]*)/), ...toolFiles('deno')]
const entryFiles = ['main', 'server', 'app', 'mod', 'src/main', 'src/server'].flatMap((name) =>
  ['ts', 'tsx', 'js'].map((ending) => `${name}.${ending}`),
)

/** What a start needs of what was fetched while it was built: the release has it, the host asks nobody. */
const cache = 'DENO_DIR=.deno'

const configSchema = z.object({
  tasks: z.record(z.string(), z.union([z.string(), z.object({ command: z.string().optional() })])).optional(),
})

/** A folder with a deno.json. */
export const deno: Detector = {
  name: 'deno',
  programs: [{ names: ['deno'], runtime: { kind: 'deno', range: denoRangeDefault } }],
  async detect(tree, root) {
    const name = await findFile(tree, root, ['deno.json', 'deno.jsonc', 'deno.lock'])
    if (name === undefined) return undefined
    const file = join(root, name)
    const text = (await readText(tree, file)) ?? ''
    const version = await namedVersion(tree, root, files)
    const range = version && /^\d+(\.\d+){0,2}/.exec(version.version)?.[0]
    const found = {
      title: 'a Deno app',
      runtimes: [{ kind: 'deno' as const, range: range ?? denoRangeDefault, isNamed: range !== undefined }],
      problems: [],
      // Beside a package.json it may only set up an editor.
      isWeak: await hasFile(tree, root, 'package.json'),
    }
    const seen = [
      `${file} makes it a Deno app.`,
      range
        ? `${version?.at} asks for Deno ${range}.`
        : `No file names a version of Deno: ${denoRangeDefault} is taken.`,
    ]
    const tasks = tasksOf(text)
    const at = (task: string) => matchLine(file, text, new RegExp(`"${task}"\\s*:`))?.at ?? file
    const build = tasks.includes('build') ? [{ root, command: `${cache} deno task build` }] : []
    const buildWhy = build.map(({ command }) => `${at('build')} has a build task: ${command}.`)
    if (tasks.includes('start')) {
      return {
        ...found,
        build: [{ root, command: `${cache} deno install` }, ...build],
        run: `${cache} deno task start`,
        why: [...seen, ...buildWhy, `${at('start')} has the start task that runs it.`],
      }
    }
    const entry = await findFile(tree, root, entryFiles)
    if (entry === undefined) return { ...found, build, why: seen, question: nothingStarts }
    return {
      ...found,
      build: [{ root, command: `${cache} deno install --entrypoint ${entry}` }, ...build],
      run: `${cache} deno run --allow-all --cached-only ${entry}`,
      why: [...seen, ...buildWhy, `It has no start task; ${join(root, entry)} is run by Deno.`],
    }
  },
}

/** The names of its tasks; none when it cannot be read, which Deno says better. */
function tasksOf(text: string): string[] {
  const plain = text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
    .replace(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1')
  try {
    const result = configSchema.safeParse(JSON.parse(plain))
    return result.success ? Object.keys(result.data.tasks ?? {}) : []
  } catch {
    return []
  }
}

const nothingStarts = {
  why: `deno.json has no start task, and there is no ${entryFiles.filter((name) => name.endsWith('.ts')).join(', ')}.`,
  todo: 'Add a task named start to deno.json.',
}
