import { setTimeout as wait } from 'node:timers/promises'
import { startTethered, type Tethered } from '../process/tethered.ts'
import type { PythonTools } from './python-tools.ts'
import { accepts, untilReady } from './ready.ts'

/** How long a process without a port must have run to be taken for started. */
const settledMilliseconds = 700

/** One of Slipway's own processes: ready when it listens, or, without a port, when it has stayed up for a moment. */
export async function startProcess(options: {
  name: string
  command: string[]
  cwd: string
  environment: Record<string, string>
  port: number | undefined
  state: string
  tools: PythonTools
}): Promise<Tethered> {
  const { port } = options
  const part = startTethered({
    name: options.name,
    command: options.command,
    cwd: options.cwd,
    environment: options.environment,
    state: options.state,
    python: options.tools.python,
    graceSeconds: 5,
  })
  const began = Date.now()
  const isUp = port
    ? () => accepts(port)
    : async () => {
        await wait(settledMilliseconds - Math.min(settledMilliseconds, Date.now() - began))
        return Date.now() - began >= settledMilliseconds
      }
  await untilReady(part, isUp, 120)
  return part
}
