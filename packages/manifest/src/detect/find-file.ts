import { join, readText, type Tree } from '../tree.ts'

/** The first of these paths below a folder that is a file. */
export async function findFile(
  tree: Tree,
  root: string,
  names: readonly string[],
): Promise<string | undefined> {
  for (const name of names) if (await hasFile(tree, root, name)) return name
  return undefined
}

export async function hasFile(tree: Tree, root: string, name: string): Promise<boolean> {
  const parts = join(root, name.replace(/^\.\//, '')).split('/')
  const entries = await tree.list(parts.slice(0, -1).join('/'))
  return entries.some((entry) => entry.kind === 'file' && entry.name === parts.at(-1))
}

/** The folders in a folder, without those that hold no source. */
export async function foldersIn(tree: Tree, root: string): Promise<string[]> {
  const entries = await tree.list(root)
  return entries
    .filter((entry) => entry.kind === 'folder' && !/^\.|^(node_modules|vendor|venv)$/.test(entry.name))
    .map((entry) => entry.name)
}

/** The folder itself and those above it up to the root of the repository, where a workspace keeps its files. */
export function upwards(root: string): string[] {
  if (root === '') return ['']
  const parts = root.split('/')
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '']
}

/** A file by its path and the line (from 1) of the first match; undefined when nothing matches. */
export async function findLine(
  tree: Tree,
  path: string,
  pattern: RegExp,
): Promise<{ at: string; groups: string[] } | undefined> {
  const text = await readText(tree, path)
  return text === undefined ? undefined : matchLine(path, text, pattern)
}

/** As `findLine`, in a text that was read already. The pattern is tried on each line alone. */
export function matchLine(
  path: string,
  text: string,
  pattern: RegExp,
): { at: string; groups: string[] } | undefined {
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    const match = pattern.exec(content)
    if (match) return { at: `${path}:${index + 1}`, groups: match.slice(1).map((group) => group ?? '') }
  }
  return undefined
}
