/** One entry of a folder. `link` is a symbolic link, `module` another repository's commit; neither is followed. */
export type TreeEntry = {
  name: string
  kind: 'file' | 'folder' | 'link' | 'module'
  /** Whether git holds the file with mode 755. */
  executable: boolean
}

/**
 * The files of one revision, read without a checkout. Paths are relative, `/` between names, '' for the root.
 * A reading may throw when the repository itself is gone; what is not in it is an answer, not an error.
 */
export type Tree = {
  /** A folder's entries by name; none when there is no such folder. */
  list(path: string): Promise<TreeEntry[]>
  /** The first `bytesMax` bytes of a file (default: 1 MiB); undefined when there is no such file. */
  read(path: string, bytesMax?: number): Promise<Uint8Array | undefined>
}

/** A tree of given files, for what is not in git: a test, or a folder's content read before. */
export function treeOf(
  files: Record<string, string | Uint8Array | { executable: Uint8Array | string }>,
): Tree {
  const entries = Object.entries(files).map(([path, file]) => {
    const executable = typeof file === 'object' && 'executable' in file
    const content = executable ? file.executable : file
    return {
      path,
      executable,
      bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
    }
  })
  return {
    async list(path) {
      const prefix = path === '' ? '' : `${path}/`
      const found = new Map<string, TreeEntry>()
      for (const entry of entries) {
        if (!entry.path.startsWith(prefix)) continue
        const [name = '', ...deeper] = entry.path.slice(prefix.length).split('/')
        const kind = deeper.length > 0 ? ('folder' as const) : ('file' as const)
        found.set(name, { name, kind, executable: kind === 'file' && entry.executable })
      }
      return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async read(path, bytesMax = 1_048_576) {
      return entries.find((entry) => entry.path === path)?.bytes.subarray(0, bytesMax)
    },
  }
}

/** A text file's content, undefined when there is no such file. Bytes that are not UTF-8 become U+FFFD. */
export async function readText(tree: Tree, path: string): Promise<string | undefined> {
  const bytes = await tree.read(path)
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}

/** Joins a folder ('' or '.' for the root) and a name to a path of a tree. */
export function join(folder: string, name: string): string {
  return folder === '' || folder === '.' ? name : `${folder}/${name}`
}
