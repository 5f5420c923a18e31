import { join } from '../../tree.ts'
import type { Detection } from '../detection.ts'
import { findFile, hasFile } from '../find-file.ts'
import { type Framework, frameworkOf, type NodeApp, type Serving, siteBuilderOf } from './frameworks.ts'
import { placeOfKey } from './package-json.ts'

/** Files that are run where package.json names no start command, in this order. */
const entryFiles = ['server', 'index', 'app', 'main', 'src/server', 'src/index'].flatMap((name) =>
  ['js', 'mjs', 'ts'].map((ending) => `${name}.${ending}`),
)

/** Start scripts that serve a developer: they watch files and serve what is not built. */
const developing =
  /^(?:\w+=\S+\s+)*(vite|vite (dev|preview)|react-scripts start|ng serve|(next|nuxt|astro|remix vite:|react-router|vitepress) dev|gatsby (develop|serve)|docusaurus (start|serve)|astro preview|eleventy --serve|parcel( serve)?|webpack(-dev-server| serve))(\s|$)/

export type Start = Pick<Detection, 'run' | 'publish' | 'question'> & { why: string[] }

/** How the app is served, by its start script, its framework, or the file that is run by convention. */
export async function startOf(app: NodeApp, text: string): Promise<Start> {
  const { root, read } = app
  const file = join(root, 'package.json')
  const { start, prestart, build } = read.scripts ?? {}
  const at = placeOfKey(file, text, 'start')
  const framework = frameworkOf(read)
  const isDeveloping = start !== undefined && framework?.serving !== undefined && developing.test(start)
  if (start !== undefined && !isDeveloping) {
    // Run directly, not by npm, so that it gets the signals that stop it.
    return {
      run: prestart === undefined ? start : 'npm start',
      why: [`${at} has the start script that runs it: ${start}.`],
    }
  }
  const passedOver = isDeveloping ? [`${at} is for developing (${start}): what is built is served.`] : []
  if (framework?.serving && !framework.isSite) {
    return built(framework, await framework.serving(app), file, build, passedOver)
  }
  const entry = await entryOf(app)
  if (entry !== undefined && !isDeveloping) {
    return { run: `node ${entry}`, why: [`It has no start script; ${join(root, entry)} is run by Node.`] }
  }
  const builder = siteBuilderOf(read)
  if (builder?.serving) return built(builder, await builder.serving(app), file, build, passedOver)
  return { question: nothingStarts, why: [] }
}

function built(
  framework: Framework,
  serving: Serving,
  file: string,
  build: string | undefined,
  before: string[],
): Start {
  if ('question' in serving) return { question: serving.question, why: before }
  if (build === undefined) {
    const why = `It is ${framework.title}, which is built before it is served, and ${file} has no build script.`
    return { question: { why, todo: 'Add a build script to package.json.' }, why: before }
  }
  const by = serving.by ? ` (${serving.by})` : ''
  if ('run' in serving) {
    return { run: serving.run, why: [...before, `Its build is run by ${serving.run}${by}.`] }
  }
  return {
    publish: serving.publish,
    why: [...before, `Its build fills ${serving.publish}${by}, which is served as it is.`],
  }
}

async function entryOf({ tree, root, read }: NodeApp): Promise<string | undefined> {
  if (read.main && (await hasFile(tree, root, read.main))) return read.main
  return findFile(tree, root, entryFiles)
}

const nothingStarts = {
  why: 'package.json has no start script and no main, and there is no server.js, index.js or app.js.',
  todo: 'Add a start script to package.json, or a Procfile with web: <command>.',
}
