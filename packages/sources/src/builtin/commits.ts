import type { Commit, Ref } from '../source.ts'
import { GitError, runGit } from './git.ts'

const format = ['%H', '%an', '%ae', '%aI', '%B'].join('%x00')

/** Commits by `git log`, newest first; none when `sha` is not in the repository. */
export async function readCommits(
  repository: string,
  range: { from: string | undefined; to: string },
  countMax: number,
): Promise<Commit[]> {
  const from = range.from !== undefined && (await isCommit(repository, range.from)) ? [`^${range.from}`] : []
  if (!(await isCommit(repository, range.to))) return []
  const text = await runGit(repository, [
    'log',
    '-z',
    `--max-count=${countMax}`,
    `--format=${format}`,
    '--encoding=UTF-8',
    range.to,
    ...from,
    '--',
  ])
  const fields = text.toString('utf8').split('\0')
  const commits: Commit[] = []
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [sha = '', authorName = '', authorEmail = '', authored = '', body = ''] = fields.slice(at, at + 5)
    const message = body.trim().slice(0, 10_000)
    const [subject = ''] = message.split('\n')
    commits.push({
      sha,
      authorName: authorName.slice(0, 200),
      authorEmail: authorEmail.slice(0, 200),
      authoredAt: dateOf(authored),
      subject: subject.slice(0, 200),
      message,
    })
  }
  return commits
}

/** A commit may claim any time, even none. */
function dateOf(text: string): Date {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? new Date(0) : date
}

async function isCommit(repository: string, sha: string): Promise<boolean> {
  try {
    await runGit(repository, ['cat-file', '-e', `${sha}^{commit}`])
    return true
  } catch (error) {
    if (error instanceof GitError && error.status !== undefined) return false
    throw error
  }
}

/** Branches and tags with the commit each stands at. A tag of something else than a commit is left out. */
export async function readRefs(repository: string): Promise<Ref[]> {
  const fields = '%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)'
  const text = await runGit(repository, ['for-each-ref', `--format=${fields}`, 'refs/heads', 'refs/tags'])
  return text
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [name = '', type = '', sha = '', innerType = '', inner = ''] = line.split(' ')
      if (type === 'commit') return [{ name, sha }]
      return innerType === 'commit' ? [{ name, sha: inner }] : []
    })
}

/** The name in a ref's last reflog entry, where the git remote writes the id of the user; undefined without one. */
export async function lastMover(repository: string, ref: string): Promise<string | undefined> {
  try {
    const text = await runGit(repository, ['log', '-g', '--max-count=1', '--format=%gn', ref, '--'])
    return text.toString('utf8').trim() || undefined
  } catch (error) {
    if (error instanceof GitError && error.status !== undefined) return undefined
    throw error
  }
}
