/** One `key = value` of a TOML file; `text` is the value as it is written, `line` that of the key (from 1). */
export type TomlEntry = { section: string; key: string; text: string; line: number }

/**
 * The entries of a TOML file by line, for finding what decides something and where. Reads what is there without
 * judging it: a file that is wrong gives fewer entries, and its own tool says what is wrong with it.
 */
export function tomlEntries(text: string): TomlEntry[] {
  const entries: TomlEntry[] = []
  let section = ''
  let open: TomlEntry | undefined
  for (const [index, content] of text.split(/\r?\n/).entries()) {
    if (open) {
      open.text += `\n${content}`
      if (isClosed(open.text)) open = undefined
      continue
    }
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$/.exec(content)
    if (header) {
      section = unquoted(header[1] ?? '')
      continue
    }
    const pair = /^\s*("[^"]+"|'[^']+'|[\w.-]+)\s*=\s*(.*)$/.exec(content)
    if (!pair) continue
    const entry = { section, key: unquoted(pair[1] ?? ''), text: pair[2] ?? '', line: index + 1 }
    entries.push(entry)
    if (!isClosed(entry.text)) open = entry
  }
  return entries
}

/** Every quoted text in an entry's value, with the line on which it stands. */
export function tomlStrings(entry: TomlEntry): { text: string; line: number }[] {
  return entry.text.split('\n').flatMap((content, index) =>
    [...content.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)].map((match) => ({
      text: match[1] ?? match[2] ?? '',
      line: entry.line + index,
    })),
  )
}

function isClosed(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '').replace(/#.*$/gm, '')
  const count = (pattern: RegExp) => bare.match(pattern)?.length ?? 0
  return count(/[[{]/g) <= count(/[\]}]/g)
}

function unquoted(text: string): string {
  return text.replaceAll(/["']/g, '')
}
