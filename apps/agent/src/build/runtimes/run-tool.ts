import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { RuntimeRequest } from './runtime.ts'

/** How a tool of the runner itself ended. `lines` are the last of `errors`, for the details of an error. */
export type ToolEnding = { ok: boolean; out: string; errors: string; lines: string[] }

/** Runs one program of the runner and waits for it; a program that is not there is an ending like any other. */
export function runTool(
  program: string,
  args: readonly string[],
  {
    folder,
    environment,
    signal,
  }: { folder: string; environment: Record<string, string>; signal: AbortSignal },
): Promise<ToolEnding> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      signal,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (piece) => {
      out += piece
    })
    child.stderr.on('data', (piece) => {
      errors = (errors + piece).slice(-16_000)
    })
    child.once('error', (error) => {
      if (signal.aborted) reject(signal.reason)
      else resolve({ ok: false, out, errors, lines: [error.message] })
    })
    child.once('close', (code) =>
      resolve({ ok: code === 0, out, errors, lines: errors.split('\n').filter(Boolean).slice(-10) }),
    )
  })
}

/** What the runner's own tools have: their home is not that of the builds, which are another user's. */
export function toolEnvironment({ config, home }: Pick<RuntimeRequest, 'config' | 'home'>) {
  return { ...config.network, PATH: config.path, HOME: home.cache('agent'), LANG: 'C.UTF-8' }
}

/** Where a program lies on the search path of the runner; undefined when it is not there. */
export function findProgram(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(':')
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
