import { join, readText, type Tree } from '../../tree.ts'
import { findLine, foldersIn, hasFile, matchLine } from '../find-file.ts'
import type { Dependency } from './dependencies.ts'

/** What runs the app, what that needs beside its own dependencies, and why. */
export type Serving =
  | { title: string; run: string; install: string[]; prepare: string[]; why: string[] }
  | { title: string; question: { why: string; todo: string }; why: string[] }

type App = { tree: Tree; root: string; dependencies: Dependency[] }

/** Frameworks whose app is an object that a server imports: `app = Flask(__name__)` in main.py is `main:app`. */
const objects = [
  { dependency: 'fastapi', title: 'a FastAPI app', creator: 'FastAPI', server: 'uvicorn' },
  { dependency: 'litestar', title: 'a Litestar app', creator: 'Litestar', server: 'uvicorn' },
  { dependency: 'starlette', title: 'a Starlette app', creator: 'Starlette', server: 'uvicorn' },
  { dependency: 'quart', title: 'a Quart app', creator: 'Quart', server: 'uvicorn' },
  { dependency: 'flask', title: 'a Flask app', creator: 'Flask', server: 'gunicorn' },
] as const

const servers = {
  gunicorn: {
    install: 'gunicorn>=23,<24',
    command: (app: string, folder: string) =>
      `gunicorn --bind 0.0.0.0:$PORT${folder === '' ? '' : ` --chdir ${folder}`} ${quoted(app)}`,
  },
  uvicorn: {
    install: 'uvicorn>=0.30,<1',
    command: (app: string, folder: string) =>
      `uvicorn --host 0.0.0.0 --port $PORT${folder === '' ? '' : ` --app-dir ${folder}`} ${app.replace(/^(.*)\(\)$/, '--factory $1')}`,
  },
}

const entryNames = ['app', 'main', 'wsgi', 'asgi', 'server', 'application', 'run', 'api']
/** Run where no framework is known, in this order. */
export const scripts = ['main.py', 'app.py', 'server.py', 'run.py']

/** How a Python app is served; undefined when no framework is known and no script is run by convention. */
export async function pythonServing(app: App): Promise<Serving | undefined> {
  const django = await djangoServing(app)
  if (django) return django
  for (const framework of objects) {
    const named = app.dependencies.find(({ name }) => name === framework.dependency)
    if (named) return objectServing(app, framework, named)
  }
  for (const script of scripts) {
    if (await hasFile(app.tree, app.root, script)) {
      const why = `It names no framework that is known; ${join(app.root, script)} is run by Python.`
      return { title: 'a Python app', run: `python ${script}`, install: [], prepare: [], why: [why] }
    }
  }
  return undefined
}

async function djangoServing({ tree, root, dependencies }: App): Promise<Serving | undefined> {
  const named = dependencies.find(({ name }) => name === 'django')
  const manage = join(root, 'manage.py')
  const settings = await findLine(tree, manage, /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/)
  if (named === undefined && settings === undefined) return undefined
  const title = 'a Django app'
  const seen = `${named?.at ?? settings?.at} makes it ${title}.`
  const module = settings?.groups[0]
  if (settings === undefined || module === undefined) {
    const why = `${manage} names no settings, and with that no application.`
    const todo =
      'Add a Procfile with web: gunicorn --bind 0.0.0.0:$PORT <package>.wsgi, or set root to its folder.'
    return { title, question: { why, todo }, why: [seen] }
  }
  const project = module.split('.')[0] ?? module
  const kind = (await hasFile(tree, join(root, project), 'wsgi.py')) ? 'wsgi' : 'asgi'
  const server = kind === 'wsgi' ? 'gunicorn' : 'uvicorn'
  const statics = await settingsLine({ tree, root, dependencies }, module, /^\s*STATIC_ROOT\s*=/)
  return {
    title,
    run: servers[server].command(`${project}.${kind}:application`, ''),
    install: missing(server, dependencies),
    prepare: statics ? ['.venv/bin/python manage.py collectstatic --noinput'] : [],
    why: [
      seen,
      `${settings.at} names the settings ${module}: ${server} runs ${project}.${kind}:application.`,
      ...(statics ? [`${statics.at} sets STATIC_ROOT: collectstatic fills it.`] : []),
      ...added(server, dependencies),
      'Migrations are not run by themselves: run them at the start of the web process where there are some.',
    ],
  }
}

async function settingsLine({ tree, root }: App, module: string, pattern: RegExp) {
  const path = module.replaceAll('.', '/')
  for (const file of [`${path}.py`, `${path}/__init__.py`, `${path}/base.py`]) {
    const found = await findLine(tree, join(root, file), pattern)
    if (found) return found
  }
  return undefined
}

async function objectServing(
  app: App,
  framework: (typeof objects)[number],
  named: Dependency,
): Promise<Serving> {
  const { title, creator, server } = framework
  const seen = `${named.at} makes it ${title}.`
  const object = await findObject(app, creator)
  if (object === undefined) {
    const why = `No app = ${creator}(…) was found in ${entryNames.map((name) => `${name}.py`).join(', ')} of the folder, or of one in it.`
    const todo = `Add a Procfile with web: ${servers[server].command('module:app', '')}`
    return { title, question: { why, todo }, why: [seen] }
  }
  const { module, folder, at } = object
  return {
    title,
    run: servers[server].command(module, folder),
    install: missing(server, app.dependencies),
    prepare: [],
    why: [seen, `${at} is what ${server} runs: ${module}.`, ...added(server, app.dependencies)],
  }
}

/** `app.main:app` of app/main.py; `src` is a place for modules and no package, so it goes onto Python's path. */
async function findObject({ tree, root }: App, creator: string) {
  const object = new RegExp(`^(\\w+)\\s*(?::[^=]+)?=\\s*(?:\\w+\\.)*${creator}\\s*\\(`)
  const factory = /^def\s+(create_app|make_app)\s*\(/
  for (const folder of ['', 'src', 'app', 'api', ...(await foldersIn(tree, root))]) {
    for (const name of [...entryNames, '__init__']) {
      const file = join(folder, `${name}.py`)
      const text = await readText(tree, join(root, file))
      if (text === undefined || (folder === '' && name === '__init__')) continue
      const found = matchLine(join(root, file), text, object)
      const made = found ? undefined : text.includes(creator) && matchLine(join(root, file), text, factory)
      const variable = found ? found.groups[0] : made ? `${made.groups[0]}()` : undefined
      const at = found ? found.at : made ? made.at : undefined
      if (variable === undefined || at === undefined) continue
      const isPackage = folder !== 'src'
      const parts = [...(isPackage && folder !== '' ? [folder] : []), ...(name === '__init__' ? [] : [name])]
      if (parts.length === 0) continue
      return { module: `${parts.join('.')}:${variable}`, folder: isPackage ? '' : 'src', at }
    }
  }
  return undefined
}

/** A server is installed where the app names none: the framework's own is for developing. */
function missing(server: keyof typeof servers, dependencies: Dependency[]): string[] {
  return has(server, dependencies) ? [] : [servers[server].install]
}

function added(server: keyof typeof servers, dependencies: Dependency[]): string[] {
  if (has(server, dependencies)) return []
  return [
    `It names no server: ${servers[server].install} is installed beside it. Name it to have its version.`,
  ]
}

function has(server: string, dependencies: Dependency[]): boolean {
  return dependencies.some(
    ({ name, extras }) =>
      name === server ||
      (server === 'uvicorn' && name === 'fastapi' && (extras.includes('standard') || extras.includes('all'))),
  )
}

function quoted(app: string): string {
  return app.includes('(') ? `'${app}'` : app
}
