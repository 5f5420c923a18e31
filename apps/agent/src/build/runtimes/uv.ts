import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { findProgram, runTool, type ToolEnding, toolEnvironment } from './run-tool.ts'
import type { RuntimeRequest } from './runtime.ts'

/** The version that is taken from PyPI where a runner has none; https://pypi.org/project/uv */
const uvVersion = '0.13.9'

/** uv on this runner: its own, or the one from PyPI, which is kept. `failed` says why there is none. */
export async function provideUv(request: RuntimeRequest): Promise<{ uv: string } | { failed: ToolEnding }> {
  const { config, home, say } = request
  const own = findProgram('uv', config.path)
  if (own !== undefined) return { uv: own }
  const folder = home.cache(`uv-${uvVersion}`)
  const uv = path.join(folder, 'bin/uv')
  if (existsSync(uv)) return { uv }
  say('Taking uv from PyPI.')
  // Made elsewhere first: a half-made one must not be found. Its programs name no folder of their own.
  const draft = `${folder}.${process.pid}`
  await mkdir(home.cache(), { recursive: true })
  try {
    for (const [program, ...args] of [
      ['python3', '-m', 'venv', draft],
      [path.join(draft, 'bin/python3'), '-m', 'pip', 'install', '--quiet', `uv==${uvVersion}`],
    ]) {
      const ending = await runTool(program ?? '', args, {
        folder: home.cache(),
        environment: uvEnvironment(request),
        signal: request.signal,
      })
      if (!ending.ok) return { failed: ending }
    }
    await rename(draft, folder).catch(() => {})
    return { uv }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Variables for uv itself, by which it keeps between builds what it fetched. */
export function uvEnvironment(request: Pick<RuntimeRequest, 'config' | 'home'>) {
  return {
    ...toolEnvironment(request),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    UV_CACHE_DIR: request.home.cache('uv-agent'),
    UV_PYTHON_INSTALL_DIR: request.home.cache('pythons'),
  }
}
