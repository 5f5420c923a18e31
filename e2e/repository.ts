import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const identity = ['-c', 'user.name=Ada Lovelace', '-c', 'user.email=ada@example.com']

export type Repository = {
  folder: string
  commit(message: string, files: Record<string, string>): Promise<string>
  /** git's process, which shows the deployment until it ends. What is pushed is a branch, or `+<sha>:<branch>`. */
  push(what?: string): ChildProcess
}

/** A clone on a developer's machine: a copy of one of the examples, with the remote `slipway`. */
export async function makeRepository(example: string, remote: string, token: string): Promise<Repository> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-clone-'))
  cpSync(fileURLToPath(new URL(`../examples/${example}`, import.meta.url)), folder, { recursive: true })
  const git = async (...args: string[]) =>
    (await run('git', [...identity, ...args], { cwd: folder })).stdout.trim()
  // *.localhost is for browsers; git goes to the address.
  const address = new URL(remote)
  address.hostname = '127.0.0.1'
  address.username = 'ada'
  address.password = token
  await git('init', '-q', '-b', 'main')
  await git('remote', 'add', 'slipway', address.href)
  await git('add', '-A')
  await git('commit', '-qm', 'First words')
  return {
    folder,
    async commit(message, files) {
      for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
      await git('add', '-A')
      await git('commit', '-qm', message)
      return git('rev-parse', 'HEAD')
    },
    push: (what = 'main') =>
      spawn('git', ['push', 'slipway', what], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }),
  }
}

/** What the terminal shows until git ends, without its padding, and git's exit code. */
export async function terminalOf(git: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = ''
  const hear = (data: Buffer) => {
    text += data.toString()
  }
  git.stdout?.on('data', hear)
  git.stderr?.on('data', hear)
  const code = await new Promise<number | null>((resolve) => git.once('close', resolve))
  return { code, text: text.replace(/ +$/gm, '') }
}
