import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { appUser, giveToAppUser } from '../apps/app-user.ts'
import { buildFailures } from './build-failures.ts'

type Source = {
  url: string
  token?: string | undefined
  sha: string
  folder: string
  path: string
  network: Record<string, string>
  say(line: string): void
  signal: AbortSignal
}

/**
 * The files of one commit without its history and without `.git`. The token goes by the environment, never in
 * an argument or a file. A folder that was checked out before is left as it is.
 */
export async function checkOut(source: Source): Promise<void> {
  const { folder, sha, say } = source
  const marker = `${folder}.checked-out`
  if (existsSync(marker)) {
    say('Going on with the checkout of an earlier start.')
    return
  }
  say(`Fetching commit ${sha.slice(0, 12)}.`)
  await git(source, ['init', '--quiet', '.'])
  await git(source, ['fetch', '--quiet', '--depth=1', '--no-tags', source.url, sha])
  await git(source, ['-c', 'advice.detachedHead=false', 'checkout', '--quiet', sha])
  await rm(path.join(folder, '.git'), { recursive: true, force: true })
  await writeFile(marker, '')
  giveToAppUser(folder)
}

function git(source: Source, args: string[]): Promise<void> {
  const { folder, token, signal, sha } = source
  const authorization = token
    ? `Authorization: Basic ${Buffer.from(`slipway:${token}`).toString('base64')}`
    : undefined
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
      env: {
        ...source.network,
        PATH: source.path,
        HOME: folder,
        LANG: 'C.UTF-8',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...(authorization
          ? { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.extraHeader', GIT_CONFIG_VALUE_0: authorization }
          : {}),
      },
      ...appUser(),
    })
    let errors = ''
    child.stderr.on('data', (piece) => {
      errors = (errors + piece).slice(-8000)
    })
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? buildFailures.notCloned(sha, ['git is not on the runner']) : error),
    )
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(buildFailures.notCloned(sha, errors.split('\n').filter(Boolean).slice(-10)))
    })
  })
}
