import type { Tree } from '@slipway/manifest'

/** A commit as its git object says; none of it is to be trusted as a person's identity. */
export type Commit = {
  sha: string
  authorName: string
  authorEmail: string
  authoredAt: Date
  /** First line of the message, at most 200 characters. */
  subject: string
  /** The whole message, at most 10,000 characters. */
  message: string
}

/** A ref and the commit it stands at; a tag is followed to its commit. */
export type Ref = { name: string; sha: string }

/**
 * What Slipway asks of a git host. Repositories are named as the host names them; a sha is 40 hex digits and
 * was checked. Whatever is not there is an answer (`undefined`, nothing), what fails is thrown.
 */
export type Source = {
  /** Branches and tags, by name. */
  refs(repository: string): Promise<Ref[]>
  /** Id of the user who moved a ref to where it stands; undefined when that is not known. */
  moverOf(repository: string, ref: string): Promise<string | undefined>
  commit(repository: string, sha: string): Promise<Commit | undefined>
  /**
   * The commits that `to` has and `from` has not, newest first; all of `to` when `from` is undefined or is not
   * in the repository.
   */
  commitsBetween(
    repository: string,
    from: string | undefined,
    to: string,
    countMax: number,
  ): Promise<Commit[]>
  /** Gives the files of a commit to `read`, as long as that runs. */
  withTree<T>(repository: string, sha: string, read: (tree: Tree) => Promise<T>): Promise<T>
}

/** What git writes for a ref that is not there. */
export const noSha = '0'.repeat(40)

export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text)
}

/**
 * Whether it is the full name of a branch or a tag, strictly: what git allows
 * (https://git-scm.com/docs/git-check-ref-format), without spaces of any kind, at most 200 bytes.
 */
export function isRefName(name: string): boolean {
  if (Buffer.byteLength(name) > 200 || !/^refs\/(heads|tags)\/[^\s\p{Cc}~^:?*[\\]+$/u.test(name)) return false
  if (name.includes('..') || name.includes('@{') || name.endsWith('.')) return false
  return name.split('/').every((part) => !['', '@'].includes(part) && !/^[.-]|\.lock$/.test(part))
}
