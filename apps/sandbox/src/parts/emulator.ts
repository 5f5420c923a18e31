import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { machineEnvironment, projectFolder } from '../config.ts'
import { startTethered, type Tethered } from '../process/tethered.ts'
import type { PythonTools } from './python-tools.ts'
import { untilReady } from './ready.ts'

const extension = fileURLToPath(new URL('../../emulator/extension.py', import.meta.url))

/** The account that Slipway itself is at home in. */
export const platformAccount = '111111111111'

export type Emulator = Tethered & { url: string }

export type Pace = {
  /** Milliseconds that a stack's resource takes, by type; `*` for the rest. */
  resources: Record<string, number>
  /** Milliseconds in pending, stopping and shutting-down. */
  instanceMilliseconds: number
}

/** No waiting at all, for tests. */
export const atOnce: Pace = { resources: {}, instanceMilliseconds: 0 }

/** Long enough that a person sees the states of stacks and instances. */
export const asSeen: Pace = {
  resources: { '*': 120, 'AWS::EC2::Instance': 1500 },
  instanceMilliseconds: 1000,
}

/**
 * The AWS emulator: MiniStack through our extension, with signatures, trust policies and rights enforced. A 12-digit
 * access key with any secret is the root of that account. What it holds survives a restart in `<state>/aws`.
 */
export async function startEmulator(options: {
  state: string
  port: number
  tools: PythonTools
  pace?: Pace
}): Promise<Emulator> {
  const folder = join(options.state, 'aws')
  await mkdir(folder, { recursive: true })
  const pace = options.pace ?? atOnce
  const part = startTethered({
    name: 'emulator',
    command: [options.tools.python, extension],
    cwd: folder,
    environment: {
      ...machineEnvironment(),
      AUTH: 'true',
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(options.port),
      MINISTACK_ACCOUNT_ID: platformAccount,
      PERSIST_STATE: '1',
      STATE_DIR: folder,
      S3_PERSIST: '1',
      S3_DATA_DIR: join(folder, 's3'),
      EXT_SLOW: JSON.stringify(pace.resources),
      EXT_EC2_MS: String(pace.instanceMilliseconds),
      EXT_EVENTS_FD: '3',
      // As bodies find the folders of volumes: see bodies/body.ts.
      EXT_DISKS: options.state,
      // Compiled once, and not beside the sources.
      PYTHONDONTWRITEBYTECODE: '',
      PYTHONPYCACHEPREFIX: join(projectFolder, '.local/pycache'),
    },
    state: options.state,
    python: options.tools.python,
    graceSeconds: 5,
    events: true,
  })
  const url = `http://127.0.0.1:${options.port}`
  await untilReady(part, async () => (await fetch(`${url}/_ministack/health`)).ok, 120)
  return { ...part, url }
}
