import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const tether = fileURLToPath(new URL('../../tether/tether.py', import.meta.url))
const recordOf = z.object({ pid: z.number(), startedAt: z.string() })

export type Tethered = {
  readonly name: string
  /** The command's own process id, for whoever wants to kill it; undefined until it runs and after its end. */
  pid(): number | undefined
  /** Resolves with the exit status when the command ended, for whatever reason. Never rejects. */
  readonly ended: Promise<number>
  /** A readable pipe of the command's descriptor 3, when `events` was asked for. */
  readonly events: NodeJS.ReadableStream | undefined
  /** SIGTERM, and SIGKILL after the grace. Twice is safe. */
  stop(): Promise<void>
  /** SIGKILL to the command at once, as a crash would be. */
  kill(): Promise<void>
}

export type Command = {
  name: string
  command: string[]
  cwd?: string
  /** The whole environment of the command; nothing is inherited. */
  environment: Record<string, string>
  /** The sandbox's state folder: the record goes to `processes/`, the output to `logs/<name>.log`. */
  state: string
  /** Another file for the output. */
  log?: string
  python: string
  graceSeconds?: number
  events?: boolean
}

/**
 * Starts a command that ends with this process, also when this process is killed (see tether.py). Its output is
 * appended to `<state>/logs/<name>.log`. It has its own process group, so that Ctrl-C in a terminal reaches only us.
 */
export function startTethered(wanted: Command): Tethered {
  const records = join(wanted.state, 'processes')
  const logs = join(wanted.state, 'logs')
  mkdirSync(records, { recursive: true })
  mkdirSync(logs, { recursive: true })
  const record = join(records, `${wanted.name}.json`)
  const log = openSync(wanted.log ?? join(logs, `${wanted.name}.log`), 'a')
  const child = spawn(
    wanted.python,
    ['-I', '-S', tether, record, String(wanted.graceSeconds ?? 3), ...wanted.command],
    {
      cwd: wanted.cwd ?? wanted.state,
      env: wanted.environment,
      detached: true,
      stdio: ['pipe', log, log, wanted.events ? 'pipe' : 'ignore'],
    },
  )
  closeSync(log)
  const ended = endOf(child)
  child.stdin?.on('error', () => {
    // The tether is gone; `ended` tells.
  })
  const events = child.stdio[3]
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  const pid = () => {
    if (isOver()) return undefined
    try {
      return recordOf.parse(JSON.parse(readFileSync(record, 'utf8'))).pid
    } catch {
      return undefined
    }
  }
  return {
    name: wanted.name,
    pid,
    ended,
    events: events && 'read' in events ? events : undefined,
    async stop() {
      child.stdin?.end()
      await ended
    },
    async kill() {
      let id = pid()
      // It is on record a moment after it runs.
      while (id === undefined && !isOver()) {
        await wait(10)
        id = pid()
      }
      if (id) process.kill(id, 'SIGKILL')
      await ended
    },
  }
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127))
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 137 : 1)))
  })
}
