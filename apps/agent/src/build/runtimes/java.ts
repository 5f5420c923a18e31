import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { buildFailures } from '../build-failures.ts'
import { keepRuntime, keptRuntime } from './keep-runtime.ts'
import { findProgram, runTool, toolEnvironment } from './run-tool.ts'
import type { Runtime, RuntimeKind, RuntimeRequest } from './runtime.ts'

/**
 * The Java that the release carries: the runner's own development kit where it is no older than what is asked for,
 * cut down by jlink to what runs. Newer Java runs what was built for older.
 */
export const java: RuntimeKind = { kind: 'java', provide }

async function provide(request: RuntimeRequest): Promise<Runtime> {
  const { config, home, range, signal } = request
  const how = { folder: home.cache(), environment: toolEnvironment(request), signal }
  const program = findProgram('java', config.path)
  const seen =
    program === undefined ? undefined : await runTool(program, ['-XshowSettings:properties', '-version'], how)
  if (!seen?.ok) throw noJava(range, seen?.lines ?? [])
  const property = (name: string) => new RegExp(`^\\s*${name} = (.*)$`, 'm').exec(seen.errors)?.[1]?.trim()
  const [javaHome, version] = [property('java.home'), property('java.version')]
  if (javaHome === undefined || version === undefined || majorOf(version) < majorOf(range))
    throw noJava(range, [`The runner has Java ${version ?? 'of an unknown version'}.`])
  const name = `java-${version}`
  const kept =
    keptRuntime(home, name) ??
    (await keepRuntime({ home, name, signal }, async (folder) => {
      const linked = await runTool(
        path.join(javaHome, 'bin/jlink'),
        [
          '--add-modules',
          'ALL-MODULE-PATH',
          '--strip-debug',
          '--no-header-files',
          '--no-man-pages',
          '--output',
          path.join(folder, 'java'),
        ],
        how,
      )
      if (!linked.ok) throw noJava(range, linked.lines)
      await mkdir(path.join(folder, 'bin'))
      await symlink('../java/bin/java', path.join(folder, 'bin/java'))
    }))
  return {
    name: `Java ${version}`,
    binFolders: [path.join(javaHome, 'bin')],
    variables: { JAVA_HOME: javaHome },
    carried: kept,
  }
}

/** `17.0.15` → 17 */
function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}

function noJava(range: string, lines: string[]) {
  return buildFailures.noRuntime(
    `Java ${range}`,
    'Ask for a version that the runner’s Java development kit has, or install one on the runner.',
    lines,
  )
}
