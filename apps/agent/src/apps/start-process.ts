import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { DeployedService } from '@slipway/protocol'
import type { Home } from '../home.ts'
import { appUser } from './app-user.ts'
import { cgroupFor } from './memory-limit.ts'
import { startTicksOf } from './process-record.ts'

export type StartRequest = {
  home: Home
  service: Pick<DeployedService, 'name' | 'kind' | 'run' | 'root' | 'memoryMegabytes'>
  releaseId: string
  releaseNumber: number
  variables: Record<string, string>
  path: string
  /** The command that serves a static folder: this very program. */
  serveCommand: string[]
  /** Stays the agent's user, with a HOME that no app can write to. */
  isRoot?: boolean | undefined
  now: Date
}

/** `key` names its files; with its start the pid names one process for ever. */
export type Started = { key: string; pid: number; startTicks: string; port: number | null; startedAt: string }

// The outer shell outlives the app to write down how it ended, for an agent that was started since. `trap :`
// and not `trap ''`: an ignored signal would be ignored by the app as well. It is root's where the app is not:
// neither the note nor the control group is the app's to write.
const wrapper = `trap : TERM INT HUP
[ -n "$3" ] && echo $$ > "$3/cgroup.procs"
if [ -n "$4" ]; then setpriv --reuid "$4" --regid "$5" --clear-groups --no-new-privs /bin/sh -c "$1"; else /bin/sh -c "$1"; fi
code=$?
echo $code > "$2.new" && mv "$2.new" "$2"`

/**
 * Starts a service, or a command beside them, as a session of its own that outlives the agent; its two outputs go to one file. Its
 * environment is made anew: nothing of the agent's, above all no way to the instance's credentials.
 */
export async function startProcess(request: StartRequest): Promise<Started> {
  const { home, service } = request
  const key = `${service.name}-${request.now.getTime().toString(36)}-${randomBytes(3).toString('hex')}`
  const folder = path.join(home.release(request.releaseId), service.root)
  const listens = service.kind === 'web' || service.kind === 'static'
  const port = listens ? await freePort() : null
  const user = appUser()
  mkdirSync(home.logs, { recursive: true })
  mkdirSync(home.service(service.name), { recursive: true, mode: 0o700 })
  if (user.uid !== undefined) chownSync(home.service(service.name), user.uid, user.gid)
  const runsAs = request.isRoot ? {} : user
  const cgroup = cgroupFor(key, service.memoryMegabytes)
  const run = service.kind === 'static' ? [...request.serveCommand, '.'].map(quoted).join(' ') : service.run
  const log = openSync(home.log(key), 'a', 0o600)
  try {
    const child = spawn(
      '/bin/sh',
      [
        '-c',
        wrapper,
        'slipway',
        run,
        home.exit(key),
        cgroup ?? '',
        ...(runsAs.uid === undefined ? [] : [String(runsAs.uid), String(runsAs.gid)]),
      ],
      {
        cwd: folder,
        detached: true,
        stdio: ['ignore', log, log],
        env: environmentOf(request, port),
      },
    )
    child.on('error', () => {})
    child.unref()
    const pid = child.pid
    const startTicks = pid && startTicksOf(pid)
    if (!pid || !startTicks)
      throw new Error(
        `no process could be started for ${service.name} in ${folder}: ${await endingOf(child)}`,
      )
    return { key, pid, startTicks, port, startedAt: request.now.toISOString() }
  } finally {
    closeSync(log)
  }
}

/** How a process that is not there ended, or why it never was. */
async function endingOf(child: ChildProcess): Promise<string> {
  return once(child, 'exit').then(
    ([code, signal]) => `it ended at once with ${signal ?? `code ${code}`}`,
    (error: unknown) => String(error),
  )
}

function environmentOf(request: StartRequest, port: number | null): Record<string, string> {
  const { home, service } = request
  const release = home.release(request.releaseId)
  return {
    NODE_ENV: 'production',
    LANG: 'C.UTF-8',
    // Else what it prints is only seen once a buffer is full.
    PYTHONUNBUFFERED: '1',
    ...request.variables,
    HOME: request.isRoot ? '/root' : home.service(service.name),
    PATH: [
      path.join(release, service.root, '.venv/bin'),
      path.join(release, '.slipway/runtime/bin'),
      path.join(release, service.root, 'node_modules/.bin'),
      request.path,
    ].join(':'),
    ...librariesOf(release, request.variables.LD_LIBRARY_PATH),
    ...(port === null ? {} : { PORT: String(port) }),
    SLIPWAY_SERVICE: service.name,
    SLIPWAY_RELEASE: String(request.releaseNumber),
  }
}

/** A runtime's own libraries, such as that of Python, which the host need not have. */
function librariesOf(release: string, own: string | undefined): Record<string, string> {
  const libraries = path.join(release, '.slipway/runtime/lib')
  if (!existsSync(libraries)) return {}
  return { LD_LIBRARY_PATH: own ? `${libraries}:${own}` : libraries }
}

/** A port that nobody has at the moment, on every address. */
async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('no free port')
  return address.port
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
