import { join, type Tree } from '../../tree.ts'
import type { Step } from '../detection.ts'
import { findLine, hasFile, upwards } from '../find-file.ts'

/**
 * Every Python app has its packages in `.venv`, where a runner and a host look for their programs. The Python is the
 * one that the runner chose, also where a .python-version names a patch of the same line.
 */
const environment = 'uv venv --allow-existing --python python3 .venv'
const poetry = [
  'uv tool run --with poetry-plugin-export --from "poetry>=2,<3" poetry export --only main --output .venv/poetry.txt',
  'uv pip install -r .venv/poetry.txt',
].join(' && ')
const pipenv = 'uv tool run pipenv requirements > .venv/pipenv.txt && uv pip install -r .venv/pipenv.txt'

type Manager = { file: string; command(isHere: boolean): string; reads: string }

/** In the order in which they are looked for: what is locked before what is only wished for. */
const managers: readonly Manager[] = [
  { file: 'uv.lock', command: uvSync, reads: 'exactly what it locks' },
  { file: 'poetry.lock', command: () => poetry, reads: 'exactly what it locks' },
  { file: 'pylock.toml', command: () => 'uv pip sync pylock.toml', reads: 'exactly what it locks' },
  { file: 'Pipfile.lock', command: () => pipenv, reads: 'exactly what it locks' },
  { file: 'requirements.txt', command: () => 'uv pip install -r requirements.txt', reads: 'what it names' },
]

/** The lock of a workspace lies above its member, whose packages alone are installed, into its own folder. */
function uvSync(isHere: boolean): string {
  const own = isHere ? '' : 'UV_PROJECT_ENVIRONMENT="$PWD/.venv" '
  return `${own}uv sync --frozen --no-dev --no-editable --python python3`
}

/** How packages get into `.venv`, with uv's speed whatever manager the repository has. */
export async function pythonInstall(tree: Tree, root: string): Promise<{ steps: Step[]; why: string[] }> {
  const found: { manager: Manager; folder: string }[] = []
  for (const manager of managers) {
    const folders = manager.file === 'uv.lock' ? upwards(root) : [root]
    for (const folder of folders) {
      if (await hasFile(tree, folder, manager.file)) found.push({ manager, folder })
    }
  }
  const [first, ...others] = found
  if (first === undefined) return withoutList(tree, root)
  const { manager, folder } = first
  const command = manager.command(folder === root)
  const unread = others.map((other) => join(other.folder, other.manager.file))
  return {
    steps: inEnvironment(root, command),
    why: [
      `${join(folder, manager.file)} is there: ${manager.reads} is installed into .venv.`,
      ...(unread.length > 0
        ? [`${unread.join(' and ')} is there too and not read: ${manager.file} goes before it.`]
        : []),
    ],
  }
}

async function withoutList(tree: Tree, root: string): Promise<{ steps: Step[]; why: string[] }> {
  const path = join(root, 'pyproject.toml')
  const newest = 'It has no lock file: the newest versions that its ranges allow are installed into .venv.'
  if (await findLine(tree, path, /^\s*\[tool\.poetry/)) {
    const lock = 'uv tool run --from "poetry>=2,<3" poetry lock'
    return { steps: inEnvironment(root, `${lock} && ${poetry}`), why: [newest] }
  }
  if (await findLine(tree, path, /^\s*\[project\]/)) {
    return { steps: inEnvironment(root, 'uv sync --no-dev --no-editable --python python3'), why: [newest] }
  }
  if (await hasFile(tree, root, 'Pipfile')) {
    const command = 'uv tool run pipenv lock && '
    return { steps: inEnvironment(root, `${command}${pipenv}`), why: [newest] }
  }
  if (await hasFile(tree, root, 'setup.py')) {
    return { steps: inEnvironment(root, 'uv pip install .'), why: ['setup.py is there: it is installed.'] }
  }
  return {
    steps: [{ root, command: environment }],
    why: ['It names no dependencies: .venv is Python alone.'],
  }
}

function inEnvironment(root: string, command: string): Step[] {
  return [
    { root, command: environment },
    { root, command },
  ]
}
