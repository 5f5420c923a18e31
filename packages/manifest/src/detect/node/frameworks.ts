import { join, readText, type Tree } from '../../tree.ts'
import { findFile, findLine } from '../find-file.ts'
import { dependsOn, type Package } from './package-json.ts'

export type NodeApp = { tree: Tree; root: string; read: Package }

/** What serves an app after its build; `by` is the file and line that decided, where one did. */
export type Serving =
  | { run: string; by?: string }
  | { publish: string; by?: string }
  | { question: { why: string; todo: string } }

export type Framework = {
  dependency: string
  title: string
  /** Left out where it is a server that the app's own file starts. */
  serving?: (app: NodeApp) => Promise<Serving>
  /** Whether its output is a site, for which a server of the app's own may be there. */
  isSite?: boolean
}

/** The first that package.json depends on gives the app its name. A new one is a line here. */
const frameworks: readonly Framework[] = [
  { dependency: 'next', title: 'a Next.js app', serving: next },
  { dependency: 'nuxt', title: 'a Nuxt app', serving: nuxt },
  { dependency: '@react-router/dev', title: 'a React Router app', serving: reactRouter },
  { dependency: '@remix-run/dev', title: 'a Remix app', serving: remix },
  { dependency: '@sveltejs/kit', title: 'a SvelteKit app', serving: svelteKit },
  { dependency: 'astro', title: 'an Astro site', serving: astro, isSite: true },
  { dependency: '@nestjs/core', title: 'a Nest app', serving: async () => ({ run: 'node dist/main' }) },
  { dependency: '@angular/core', title: 'an Angular app', serving: angular, isSite: true },
  { dependency: 'gatsby', title: 'a Gatsby site', serving: site('public'), isSite: true },
  { dependency: '@docusaurus/core', title: 'a Docusaurus site', serving: site('build'), isSite: true },
  { dependency: 'vitepress', title: 'a VitePress site', serving: vitePress, isSite: true },
  { dependency: '@11ty/eleventy', title: 'an Eleventy site', serving: site('_site'), isSite: true },
  { dependency: 'react-scripts', title: 'a React app', serving: site('build'), isSite: true },
  { dependency: 'fastify', title: 'a Fastify app' },
  { dependency: 'express', title: 'an Express app' },
  { dependency: 'hono', title: 'a Hono app' },
  { dependency: 'koa', title: 'a Koa app' },
  { dependency: 'vite', title: 'a Vite site', serving: vite, isSite: true },
  { dependency: 'parcel', title: 'a Parcel site', serving: site('dist'), isSite: true },
]

export function frameworkOf(read: Package): Framework | undefined {
  return frameworks.find(({ dependency }) => dependsOn(read, dependency))
}

/** A site builder that is there beside a server's framework: its output is a part of that server's app. */
export function siteBuilderOf(read: Package): Framework | undefined {
  return frameworks.find(({ dependency, isSite }) => isSite && dependsOn(read, dependency))
}

function site(publish: string) {
  return async (): Promise<Serving> => ({ publish })
}

async function next(app: NodeApp): Promise<Serving> {
  const exported = await configLine(app, 'next.config', /output\s*:\s*['"]export['"]/)
  return exported ? { publish: 'out', by: exported.at } : { run: 'next start' }
}

async function nuxt({ read }: NodeApp): Promise<Serving> {
  if (/\bnuxi? generate\b/.test(read.scripts?.build ?? '')) return { publish: '.output/public' }
  return { run: 'node .output/server/index.mjs' }
}

async function reactRouter(app: NodeApp): Promise<Serving> {
  const isStatic = await configLine(app, 'react-router.config', /ssr\s*:\s*false/)
  if (isStatic) return { publish: 'build/client', by: isStatic.at }
  if (dependsOn(app.read, '@react-router/serve')) return { run: 'react-router-serve ./build/server/index.js' }
  return asks('It renders on a server, and nothing says which one.', 'Add @react-router/serve')
}

async function remix({ read }: NodeApp): Promise<Serving> {
  if (dependsOn(read, '@remix-run/serve')) return { run: 'remix-serve ./build/server/index.js' }
  return asks('It renders on a server, and nothing says which one.', 'Add @remix-run/serve')
}

async function svelteKit({ read }: NodeApp): Promise<Serving> {
  if (dependsOn(read, '@sveltejs/adapter-node')) return { run: 'node build' }
  if (dependsOn(read, '@sveltejs/adapter-static')) return { publish: 'build' }
  const why = 'What its build makes depends on its adapter, and adapter-auto knows no server of your own.'
  return asks(why, 'Use @sveltejs/adapter-node or @sveltejs/adapter-static')
}

async function astro({ read }: NodeApp): Promise<Serving> {
  if (dependsOn(read, '@astrojs/node')) return { run: 'HOST=0.0.0.0 node ./dist/server/entry.mjs' }
  return { publish: 'dist' }
}

async function angular({ tree, root, read }: NodeApp): Promise<Serving> {
  const text = (await readText(tree, join(root, 'angular.json'))) ?? ''
  const project = /"projects"\s*:\s*\{\s*"([\w.-]+)"/.exec(text)?.[1]
  if (project === undefined)
    return asks('angular.json names no project, and with that no folder.', 'Mend angular.json')
  if (dependsOn(read, '@angular/ssr')) return { run: `node dist/${project}/server/server.mjs` }
  return { publish: `dist/${project}/browser` }
}

async function vitePress({ read }: NodeApp): Promise<Serving> {
  const folder = /vitepress build\s+([\w./-]+)/.exec(Object.values(read.scripts ?? {}).join('\n'))?.[1]
  return { publish: join(folder ?? '', '.vitepress/dist') }
}

async function vite(app: NodeApp): Promise<Serving> {
  const named = await configLine(app, 'vite.config', /outDir\s*:\s*(.*)/)
  if (named === undefined) return { publish: 'dist' }
  const folder = /^['"](?:\.\/)?([\w./-]+)['"]/.exec(named.groups[0] ?? '')?.[1]
  if (folder !== undefined && !folder.includes('..')) return { publish: folder, by: named.at }
  return asks(`${named.at} names the folder of the build in a way that is not read.`, 'Set outDir to a name')
}

async function configLine({ tree, root }: NodeApp, name: string, pattern: RegExp) {
  const endings = ['js', 'mjs', 'ts', 'mts', 'cjs']
  const file = await findFile(
    tree,
    root,
    endings.map((ending) => `${name}.${ending}`),
  )
  return file === undefined ? undefined : findLine(tree, join(root, file), pattern)
}

function asks(why: string, cure: string): Serving {
  return { question: { why, todo: `${cure}, or a start script to package.json.` } }
}
