import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Of names and contents of everything under these folders, but for what is named in `without`, at any depth. */
export function digestOf(folders: string[], without: string[] = []): string {
  const hash = createHash('sha256')
  for (const folder of folders) {
    for (const file of filesIn(folder, without).toSorted()) {
      hash
        .update(`${relative(folder, file)}\0`)
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

function filesIn(folder: string, without: string[]): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !without.includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesIn(path, without)
      return entry.isFile() ? [path] : []
    })
}
