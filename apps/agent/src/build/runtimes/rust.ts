import path from 'node:path'
import { buildFailures } from '../build-failures.ts'
import { findProgram, runTool, toolEnvironment } from './run-tool.ts'
import type { Runtime, RuntimeKind, RuntimeRequest } from './runtime.ts'

/** Rust for the build alone, as the runner has it: what it makes runs by itself. */
export const rust: RuntimeKind = { kind: 'rust', provide }

async function provide(request: RuntimeRequest): Promise<Runtime> {
  const { config, home, range, signal } = request
  const cargo = findProgram('cargo', config.path)
  if (cargo === undefined) throw noRust(range, [])
  const environment = toolEnvironment(request)
  const ending = await runTool(cargo, ['--version'], { folder: home.cache(), environment, signal })
  if (!ending.ok) throw noRust(range, ending.lines)
  const version = ending.out.split(' ')[1] ?? ''
  return { name: `Rust ${version}`, binFolders: [path.dirname(cargo)], variables: {} }
}

function noRust(range: string, lines: string[]) {
  return buildFailures.noRuntime(
    `Rust ${range}`,
    'Commit a ready executable for Linux and name it by run in slipway.yaml: a runner brings no Rust of its own.',
    lines,
  )
}
