import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { newId } from '@slipway/core'
import { type HostFile, hostFile } from '@slipway/protocol'

export type AgentFolder = { folder: string; file: HostFile; env: Record<string, string> }

/** A host file and a home of an agent in a folder, as user data and bootstrap.sh leave them. */
export async function agentFolder(
  folder: string,
  of: { kind: 'host' | 'runner'; endpoint: string; awsEndpoint: string; bucket: string },
): Promise<AgentFolder> {
  mkdirSync(folder, { recursive: true })
  const file = hostFile.parse({
    kind: of.kind,
    hostId: newId('host'),
    organisationId: newId('organisation'),
    ...(of.kind === 'host' ? { environmentId: newId('environment') } : {}),
    cloudAccountId: newId('cloudAccount'),
    region: 'us-east-1',
    bucket: of.bucket,
    endpoint: of.endpoint,
    awsEndpoint: of.awsEndpoint,
    gatePort: await freePort(),
  })
  writeFileSync(path.join(folder, 'host.json'), JSON.stringify(file))
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    SLIPWAY_HOME: path.join(folder, 'state'),
    SLIPWAY_HOST_FILE: path.join(folder, 'host.json'),
    // Nothing listens there: this machine is no instance.
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: '222222222222',
    AWS_SECRET_ACCESS_KEY: 'root',
    ...Object.fromEntries(
      ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'PIP_CERT', 'GOPROXY'].flatMap((name) => {
        const value = process.env[name]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  }
  return { folder, file, env }
}

/** A part of the bundle that is started again whenever it dies, as its unit would. `kill` is kill -9 of the process alone. */
export function keepRunning(bundle: string, part: 'agent' | 'gate', { env }: AgentFolder) {
  let child: ChildProcess
  let isStopped = false
  const start = () => {
    child = spawn(process.execPath, [bundle, part], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    })
    child.once('exit', () => {
      if (!isStopped) setTimeout(start, 100)
    })
  }
  start()
  return {
    get pid() {
      return child.pid
    },
    kill: (signal: NodeJS.Signals = 'SIGKILL') => child.kill(signal),
    async stop() {
      isStopped = true
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGKILL')) await ended
    },
  }
}

/** Ends every process whose environment or command line names this folder. */
export function endAllOf(folder: string): void {
  const found = execFileSync(
    '/bin/sh',
    [
      '-c',
      'grep -lszF -- "$1" /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3 | sort -u || true',
      'sh',
      folder,
    ],
    { encoding: 'utf8' },
  )
  for (const pid of found.split('\n').filter(Boolean).map(Number)) {
    if (pid === process.pid) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It is gone already: it may be the search itself.
    }
  }
}

export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
