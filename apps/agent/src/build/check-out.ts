import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { UserError } from '@slipway/core'
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
  await fetchPatiently(source)
  await git(source, ['-c', 'advice.detachedHead=false', 'checkout', '--quiet', sha])
  await rm(path.join(folder, '.git'), { recursive: true, force: true })
  await writeFile(marker, '')
  giveToAppUser(folder)
}

/** Waits between the tries to fetch while Slipway is not to be reached: about a minute in all. */
const waitsSeconds = [1, 2, 4, 8, 15, 30]
/** What git says when nobody answered or a server was down. A token that a broken try used up is refused, and not here. */
const unreachable =
  /returned error: 5\d\d|Failed to connect|Connection (refused|reset)|Could not resolve|Empty reply|early EOF/

async function fetchPatiently(source: Source): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await git(source, ['fetch', '--quiet', '--depth=1', '--no-tags', source.url, source.sha])
    } catch (error) {
      const seconds = waitsSeconds[tries]
      const details = error instanceof UserError ? (error.fields.details ?? []) : []
      if (seconds === undefined || !unreachable.test(details.join('\n'))) throw error
      source.say(`Slipway could not be reached for the source; trying again in ${seconds} s.`)
      await setTimeout(seconds * 1000, undefined, { signal: source.signal })
    }
  }
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
