import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'

const outputBytesMax = 32 * 1_048_576
const secondsMax = 60

/** Git said no, or did not answer in time. The arguments are ours, the last words are git's. */
export class GitError extends Error {
  readonly status: number | undefined

  constructor(args: readonly string[], status: number | undefined, words: string) {
    super(`git ${args[0]} ended with ${status ?? 'a signal'}: ${words.trim().slice(0, 500)}`)
    this.name = 'GitError'
    this.status = status
  }
}

export type GitSettings = {
  /** Settings of this one call, `[key, value]`, a key as often as it may: no repository's own file is relied on. */
  config?: readonly (readonly [string, string])[]
  /** Variables beside those that every call has. */
  env?: Record<string, string>
}

/**
 * Starts the system's git on a bare repository with an argument array: no shell, none of the machine's or a
 * user's own settings, no question to a terminal.
 */
export function startGit(
  repository: string,
  args: readonly string[],
  settings: GitSettings = {},
): ChildProcessWithoutNullStreams {
  const config = [['core.hooksPath', '/dev/null'], ['gc.auto', '0'], ...(settings.config ?? [])] as const
  return spawn('git', [...args], {
    cwd: repository,
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin',
      LC_ALL: 'C.UTF-8',
      GIT_DIR: repository,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: String(config.length),
      ...Object.fromEntries(
        config.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
      ...settings.env,
    },
  })
}

/** Runs git to its end and gives what it wrote, at most 32 MB, in at most a minute. Throws GitError. */
export async function runGit(
  repository: string,
  args: readonly string[],
  settings?: GitSettings,
): Promise<Buffer> {
  const child = startGit(repository, args, settings)
  child.stdin.on('error', () => {})
  child.stdin.end()
  const timer = setTimeout(() => child.kill('SIGKILL'), secondsMax * 1000)
  const output: Buffer[] = []
  const words: Buffer[] = []
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > outputBytesMax) child.kill('SIGKILL')
    else output.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (words.length < 100) words.push(chunk)
  })
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  clearTimeout(timer)
  if (status !== 0) throw new GitError(args, status ?? undefined, Buffer.concat(words).toString())
  return Buffer.concat(output)
}
