import { asId } from '@slipway/core'
import type { Source } from '../source.ts'
import { lastMover, readCommits, readRefs } from './commits.ts'
import { withGitTree } from './git-tree.ts'
import { hasRepository, repositoryOf } from './repository.ts'

/** Slipway's own git remote as a source. A repository is named by the app's id; one that was never asked for is empty. */
export function builtinSource(gitRoot: string): Source {
  const at = (repository: string) => repositoryOf(gitRoot, asId('app', repository))
  const isThere = (repository: string) => hasRepository(gitRoot, asId('app', repository))
  return {
    async refs(repository) {
      return (await isThere(repository)) ? readRefs(at(repository)) : []
    },
    async moverOf(repository, ref) {
      return (await isThere(repository)) ? lastMover(at(repository), ref) : undefined
    },
    async commit(repository, sha) {
      if (!(await isThere(repository))) return undefined
      const [commit] = await readCommits(at(repository), { from: undefined, to: sha }, 1)
      return commit
    },
    async commitsBetween(repository, from, to, countMax) {
      return (await isThere(repository)) ? readCommits(at(repository), { from, to }, countMax) : []
    },
    withTree: (repository, sha, read) => withGitTree(at(repository), sha, read),
  }
}
