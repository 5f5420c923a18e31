import { glob, lstat, readdir } from 'node:fs/promises'
import path from 'node:path'

/** What a name of `artifacts` stands for, in a checkout. */
export type Matched = { name: string; paths: string[]; files: number; sizeBytes: number }

/** The files and folders of a checkout that each name means; a pattern's `*` means none that begins with a dot. */
export async function matchNames(names: readonly string[], source: string): Promise<Matched[]> {
  return Promise.all(
    names.map(async (name) => {
      const paths: string[] = []
      for await (const match of glob(name, { cwd: source })) paths.push(match)
      const outermost = withoutInner(paths)
      const sizes = await Promise.all(outermost.map((each) => sizesIn(path.join(source, each))))
      const all = sizes.flat()
      return {
        name,
        paths: outermost,
        files: all.length,
        sizeBytes: all.reduce((sum, size) => sum + size, 0),
      }
    }),
  )
}

/** In their order, without those that lie in a folder which is among them, and without repetition. */
export function withoutInner(paths: readonly string[]): string[] {
  const all = new Set(paths)
  const liesInOther = (each: string) => {
    for (let at = path.dirname(each); at !== '.' && at !== '/'; at = path.dirname(at))
      if (all.has(at)) return true
    return all.has('.') && each !== '.'
  }
  return [...all].filter((each) => !liesInOther(each)).toSorted()
}

/** Of the files at a path and below it. A link is as large as its target's name, and is not followed. */
async function sizesIn(place: string): Promise<number[]> {
  const found = await lstat(place)
  if (!found.isDirectory()) return [found.size]
  const sizes: number[] = []
  for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory()) sizes.push((await lstat(path.join(entry.parentPath, entry.name))).size)
  }
  return sizes
}
