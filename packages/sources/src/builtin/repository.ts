import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppId } from '@slipway/core'
import { newId } from '@slipway/core'
import { runGit } from './git.ts'

/** Where the repository of an app lies below the root of all. Named by id: an app's name may change hands. */
export function repositoryOf(gitRoot: string, app: AppId): string {
  return join(gitRoot, `${app}.git`)
}

/**
 * Makes an app's bare repository unless it is there, and says where it is. Safe to repeat and to run twice at
 * once: it is made beside its place and moved there whole.
 */
export async function ensureRepository(gitRoot: string, app: AppId, branch: string): Promise<string> {
  const repository = repositoryOf(gitRoot, app)
  if (await isThere(repository)) return repository
  const made = join(gitRoot, `.making-${newId('push')}`)
  await mkdir(made, { recursive: true })
  await runGit(made, ['init', '--quiet', '--bare', `--initial-branch=${branch}`, made])
  // Who pushed what and when stays in the reflogs, also of branches that are pushed over or deleted later.
  await runGit(made, ['config', 'core.logAllRefUpdates', 'always'])
  try {
    await rename(made, repository)
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    if (!(await isThere(repository))) throw error
  }
  return repository
}

/** Removes an app's repository with all of its history. Safe to repeat. */
export async function deleteRepository(gitRoot: string, app: AppId): Promise<void> {
  await rm(repositoryOf(gitRoot, app), { recursive: true, force: true })
}

/** Whether an app has a repository, which it has from the first request of its git remote on. */
export async function hasRepository(gitRoot: string, app: AppId): Promise<boolean> {
  return isThere(repositoryOf(gitRoot, app))
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
