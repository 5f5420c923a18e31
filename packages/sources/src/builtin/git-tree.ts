import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Tree, TreeEntry } from '@slipway/manifest'
import { GitError, startGit } from './git.ts'

const listBytesMax = 8 * 1_048_576
const secondsMax = 60

type Found = { type: string; size: number; content: Buffer }

/**
 * Gives the files of one commit to `read`, by one `git cat-file --batch` without a checkout. Links and
 * submodules are listed and never followed; a name with a line break is not found.
 */
export async function withGitTree<T>(
  repository: string,
  sha: string,
  read: (tree: Tree) => Promise<T>,
): Promise<T> {
  const batch = new Batch(startGit(repository, ['cat-file', '--batch']))
  const timer = setTimeout(() => batch.end('took too long'), secondsMax * 1000)
  try {
    return await read(treeOfBatch(batch, sha))
  } finally {
    clearTimeout(timer)
    batch.end('is over')
  }
}

function treeOfBatch(batch: Batch, sha: string): Tree {
  const lists = new Map<string, Promise<TreeEntry[]>>()
  const list = (path: string): Promise<TreeEntry[]> => {
    const known = lists.get(path)
    if (known) return known
    const listed = batch
      .ask(`${sha}^{tree}:${path}`, listBytesMax)
      .then((found) => (found?.type === 'tree' ? entriesOf(found) : []))
    lists.set(path, listed)
    return listed
  }
  return {
    list,
    async read(path, bytesMax = 1_048_576) {
      const parts = path.split('/')
      const entries = await list(parts.slice(0, -1).join('/'))
      if (!entries.some((entry) => entry.kind === 'file' && entry.name === parts.at(-1))) return undefined
      const found = await batch.ask(`${sha}^{tree}:${path}`, bytesMax)
      return found?.type === 'blob' ? found.content : undefined
    },
  }
}

const kinds: Record<string, TreeEntry['kind']> = { '40000': 'folder', '120000': 'link', '160000': 'module' }

/** A tree object is entries of `<mode> <name>\0<20 bytes>`. */
function entriesOf({ content, size }: Found): TreeEntry[] {
  if (content.length < size) throw new Error(`a folder with more than ${listBytesMax} bytes of names`)
  const entries: TreeEntry[] = []
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(0x20, at)
    const end = content.indexOf(0, space)
    const mode = content.toString('latin1', at, space)
    entries.push({
      name: content.toString('utf8', space + 1, end),
      kind: kinds[mode] ?? 'file',
      executable: mode === '100755',
    })
    at = end + 21
  }
  return entries
}

type Question = {
  bytesMax: number
  answer: (found: Found | undefined) => void
  fail: (error: Error) => void
}

type Reading = { type: string; size: number; kept: Buffer[]; keptBytes: number; left: number }

/**
 * One running `git cat-file --batch`: a line in, `<sha> <type> <size>\n<content>\n` or `… missing\n` out, in
 * order. Of large contents only the first bytes are kept.
 */
class Batch {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #questions: Question[] = []
  #head = Buffer.alloc(0)
  #found: Reading | undefined
  #ended: string | undefined

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stdin.on('error', () => {})
    child.on('error', (error) => this.end(error.message))
    child.on('close', () => this.end('closed'))
    child.stderr.resume()
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  ask(object: string, bytesMax: number): Promise<Found | undefined> {
    if (/[\n\0]/.test(object)) return Promise.resolve(undefined)
    return new Promise((answer, fail) => {
      if (this.#ended) return fail(new GitError(['cat-file'], undefined, this.#ended))
      this.#questions.push({ bytesMax, answer, fail })
      this.#child.stdin.write(`${object}\n`)
    })
  }

  end(reason: string): void {
    if (this.#ended) return
    this.#ended = reason
    this.#child.kill('SIGKILL')
    for (const question of this.#questions.splice(0))
      question.fail(new GitError(['cat-file'], undefined, reason))
  }

  #read(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#found === undefined) {
        this.#head = Buffer.concat([this.#head, rest])
        const end = this.#head.indexOf(0x0a)
        if (end < 0) return
        const line = this.#head.toString('utf8', 0, end)
        rest = this.#head.subarray(end + 1)
        this.#head = Buffer.alloc(0)
        const match = /^[0-9a-f]{40} (\w+) (\d+)$/.exec(line)
        if (match === null) this.#questions.shift()?.answer(undefined)
        else {
          const size = Number(match[2])
          this.#found = { type: match[1] ?? '', size, kept: [], keptBytes: 0, left: size + 1 }
        }
      } else rest = this.#readContent(rest, this.#found)
    }
  }

  #readContent(rest: Buffer, found: Reading): Buffer {
    const taken = rest.subarray(0, found.left)
    found.left -= taken.length
    const room = Math.min(this.#questions[0]?.bytesMax ?? 0, found.size) - found.keptBytes
    const kept = taken.subarray(0, Math.max(0, room))
    found.kept.push(kept)
    found.keptBytes += kept.length
    if (found.left === 0) {
      this.#found = undefined
      this.#questions
        .shift()
        ?.answer({ type: found.type, size: found.size, content: Buffer.concat(found.kept) })
    }
    return rest.subarray(taken.length)
  }
}
