import { join, readText, type Tree } from '../../tree.ts'
import { type TomlEntry, tomlEntries, tomlStrings } from '../toml-entries.ts'

/** A package by its normalised name (https://peps.python.org/pep-0503/), and the line that names it. */
export type Dependency = { name: string; extras: string[]; at: string }

/** What the app depends on by name, of all files that say so; those of a lock file are not its own wishes. */
export async function pythonDependencies(tree: Tree, root: string): Promise<Dependency[]> {
  return [
    ...(await requirements(tree, root, 'requirements.txt')),
    ...(await pyproject(tree, root)),
    ...(await pipfile(tree, root)),
  ]
}

/** Lines of a requirements file, and of those that it takes in, once each. */
async function requirements(
  tree: Tree,
  root: string,
  name: string,
  seen = new Set<string>(),
): Promise<Dependency[]> {
  if (seen.has(name)) return []
  seen.add(name)
  const path = join(root, name)
  const text = await readText(tree, path)
  const found: Dependency[] = []
  for (const [index, content] of (text ?? '').split(/\r?\n/).entries()) {
    const other = /^\s*(?:-r|--requirement)[\s=]+([\w./-]+)/.exec(content)?.[1]
    if (other !== undefined && !other.includes('..')) {
      const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/') + 1) : ''
      found.push(...(await requirements(tree, root, `${folder}${other.replace(/^\.\//, '')}`, seen)))
      continue
    }
    found.push(...dependency(content, `${path}:${index + 1}`))
  }
  return found
}

async function pyproject(tree: Tree, root: string): Promise<Dependency[]> {
  const path = join(root, 'pyproject.toml')
  const entries = tomlEntries((await readText(tree, path)) ?? '')
  return entries.flatMap((entry) => {
    if (entry.section === 'project' && entry.key === 'dependencies') {
      // Quotes of a marker inside the text are read as texts too, and name no package that anyone looks for.
      return tomlStrings(entry).flatMap(({ text, line }) => dependency(text, `${path}:${line}`))
    }
    return entry.section === 'tool.poetry.dependencies' && entry.key !== 'python' ? keyed(entry, path) : []
  })
}

async function pipfile(tree: Tree, root: string): Promise<Dependency[]> {
  const path = join(root, 'Pipfile')
  return tomlEntries((await readText(tree, path)) ?? '')
    .filter((entry) => entry.section === 'packages')
    .flatMap((entry) => keyed(entry, path))
}

/** `fastapi = {version = "^0.1", extras = ["standard"]}` */
function keyed(entry: TomlEntry, path: string): Dependency[] {
  const extras = /extras\s*=\s*\[([^\]]*)\]/.exec(entry.text)?.[1] ?? ''
  return dependency(`${entry.key}[${extras.replaceAll(/["'\s]/g, '')}]`, `${path}:${entry.line}`)
}

/** `Flask[async] >= 3 ; python_version > "3.9"` */
function dependency(text: string, at: string): Dependency[] {
  const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?/.exec(text)
  if (!match?.[1]) return []
  const extras = (match[2] ?? '')
    .split(',')
    .map((extra) => extra.trim())
    .filter(Boolean)
  return [{ name: match[1].toLowerCase().replaceAll(/[-_.]+/g, '-'), extras, at }]
}
