/**
 * Runs the sandbox until it is interrupted: what `npm start` starts under Node 24. With `--tethered` it also ends when its
 * standard input closes, that is, when whoever started it is gone.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from './config.ts'
import { asSeen } from './parts/emulator.ts'
import { startedAt } from './process/leftovers.ts'
import { progressOn } from './progress.ts'
import { type Sandbox, startSandbox } from './start-sandbox.ts'

const settings = readSettings()
const state = settings.SLIPWAY_STATE
const running = join(state, 'running')

const other = whoRuns()
if (other) {
  console.error(
    `The sandbox already runs here (process ${other}). Stop it first, or choose another SLIPWAY_STATE and SLIPWAY_PORT.`,
  )
  process.exit(1)
}
mkdirSync(state, { recursive: true })
writeFileSync(running, `${process.pid} ${startedAt(process.pid) ?? ''}`)

let sandbox: Sandbox | undefined
let ending = false
const end = async (code: number) => {
  if (ending) process.exit(code)
  ending = true
  await sandbox?.stop()
  rmSync(running, { force: true })
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!ending) console.log('\nStopping…')
    end(0)
  })
}
if (process.argv.includes('--tethered')) process.stdin.once('end', () => end(0)).resume()

try {
  sandbox = await startSandbox({
    folder: state,
    portBase: settings.SLIPWAY_PORT,
    pace: asSeen,
    progress: progressOn((line) => console.log(line)),
  })
  if (ending) await sandbox.stop()
  console.log(
    `\nSlipway is up: ${sandbox.url}\nMails, the AWS console and the clock: ${sandbox.url}/sandbox/mails\n`,
  )
} catch (problem) {
  console.error(
    `\n${problem instanceof Error ? problem.message : problem}\nLogs are in ${join(state, 'logs')}`,
  )
  await end(1)
}

function whoRuns(): string | undefined {
  try {
    const [pid = '', since] = readFileSync(running, 'utf8').split(' ')
    return since && startedAt(Number(pid)) === since ? pid : undefined
  } catch {
    return undefined
  }
}
