import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { machineEnvironment } from '../config.ts'
import { startTethered, type Tethered } from '../process/tethered.ts'
import type { PythonTools } from './python-tools.ts'
import { untilReady } from './ready.ts'

/**
 * Redis, as Valkey. It keeps an append-only file, so that a restart loses a second at most; `noeviction` because
 * BullMQ's jobs are not a cache.
 */
export async function startValkey(options: {
  state: string
  port: number
  tools: PythonTools
}): Promise<Tethered & { url: string }> {
  const folder = join(options.state, 'valkey')
  await mkdir(folder, { recursive: true })
  const settings = ['--bind', '127.0.0.1', '--port', String(options.port), '--dir', folder]
  const durable = ['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction']
  const part = startTethered({
    name: 'valkey',
    command: [options.tools.valkeyServer, ...settings, ...durable],
    environment: machineEnvironment(),
    state: options.state,
    python: options.tools.python,
  })
  await untilReady(part, () => pong(options.port), 15)
  return { ...part, url: `redis://127.0.0.1:${options.port}` }
}

function pong(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (answer) => {
      socket.destroy()
      resolve(answer.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
  })
}
