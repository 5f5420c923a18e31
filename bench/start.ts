import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { median, medianAndSpread } from './statistics.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const rounds = 3

/**
 * `npm start` to its URL, with nothing remembered (packages installed and pages built) and with the data of the start
 * before; beside them the parts of the last `npm test`. Seconds; the ratio is against the warm start of the same run.
 */
export async function measure() {
  const cold: number[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round++) {
    const state = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
    const port = 6000 + round * 400
    cold.push(await startSeconds(state, port))
    warm.push(await startSeconds(state, port))
    rmSync(state, { recursive: true, force: true })
  }
  const rows = [
    {
      what: 'npm start, nothing remembered',
      seconds: medianAndSpread(cold, 1),
      ratio: (median(cold) / median(warm)).toFixed(2),
    },
    { what: 'npm start, second time', seconds: medianAndSpread(warm, 1), ratio: '1.00' },
  ]
  return [
    ...rows,
    ...lastTest().map(({ name, seconds }) => ({
      what: `npm test: ${name} (last run)`,
      seconds: seconds.toFixed(0),
      ratio: (seconds / median(warm)).toFixed(2),
    })),
  ]
}

async function startSeconds(state: string, port: number): Promise<number> {
  const startedAt = performance.now()
  const env = { ...process.env, SLIPWAY_STATE: state, SLIPWAY_PORT: String(port) }
  const npm = spawn('npm', ['start'], {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    npm.stdout.on('data', (data) => {
      said += data
      if (said.includes('Slipway is up')) resolve()
    })
    npm.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${said}`)))
  })
  const seconds = (performance.now() - startedAt) / 1000
  npm.removeAllListeners('exit')
  // As Ctrl-C in a terminal, which reaches the whole group; npm may be gone before the sandbox is.
  if (npm.pid !== undefined) process.kill(-npm.pid, 'SIGINT')
  while (existsSync(join(state, 'running'))) await wait(100)
  return seconds
}

function lastTest(): { name: string; seconds: number }[] {
  const file = join(project, '.local/test-times.json')
  if (!existsSync(file)) return []
  return z
    .array(z.object({ name: z.string(), seconds: z.number() }))
    .parse(JSON.parse(readFileSync(file, 'utf8')))
}
