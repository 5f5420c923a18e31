import { join, readText, type Tree } from '../tree.ts'
import { matchLine, upwards } from './find-file.ts'
import { tomlEntries, tomlStrings } from './toml-entries.ts'

/** A file in which people name a version, and how it is read there. */
export type VersionFile = {
  file: string
  read(path: string, text: string): NamedVersion | undefined
}

/** A version as it is written, and the file and line that say so. */
export type NamedVersion = { version: string; at: string }

/**
 * The version that the repository names: the first of the files, in the folder or else above it, as a workspace
 * has it. Undefined when none is named.
 */
export async function namedVersion(
  tree: Tree,
  root: string,
  files: readonly VersionFile[],
): Promise<NamedVersion | undefined> {
  for (const folder of upwards(root)) {
    for (const { file, read } of files) {
      const path = join(folder, file)
      const text = await readText(tree, path)
      const found = text === undefined ? undefined : read(path, text)
      if (found) return found
    }
  }
  return undefined
}

/** A version on a line of a file, as the group of a pattern. */
export function versionLine(file: string, pattern: RegExp): VersionFile {
  return {
    file,
    read(path, text) {
      const found = matchLine(path, text, pattern)
      const version = found?.groups.find((group) => group !== '')
      return found && version !== undefined ? { version, at: found.at } : undefined
    },
  }
}

/** The files of asdf and mise, which name versions of many tools. Theirs is this tool under these names. */
export function toolFiles(...names: string[]): VersionFile[] {
  const one = names.join('|')
  return [
    versionLine('.tool-versions', new RegExp(`^\\s*(?:${one})\\s+([^\\s#]+)`)),
    ...['mise.toml', '.mise.toml'].map((file) => ({
      file,
      read(path: string, text: string) {
        const entry = tomlEntries(text).find(({ section, key }) => section === 'tools' && names.includes(key))
        const [version] = entry ? tomlStrings(entry) : []
        return version ? { version: version.text, at: `${path}:${version.line}` } : undefined
      },
    })),
  ]
}
