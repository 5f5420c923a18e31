/**
 * Starts the AWS emulator alone, for tests and for trying things by hand, until it is interrupted:
 *
 *   node apps/sandbox/src/parts/run-emulator.ts [port] [folder] [--bodies]
 *
 * Port 0 or none takes a free one; the folder keeps its state (a new one under the system's temporary folder if none is
 * named). Prints one line, `emulator http://127.0.0.1:PORT`, when it answers. Programs use it as AWS_ENDPOINT_URL with
 * AWS_REGION=us-east-1. Access key `222222222222` with any secret is the root of account 222222222222. With `--bodies`
 * running instances get bodies; their consoles are in `<folder>/bodies/<account>/<instance>/console.log`.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { keepBodies } from '../bodies/keep-bodies.ts'
import { makeMachineImage } from '../bodies/machine-image.ts'
import { projectFolder } from '../config.ts'
import { endLeftovers } from '../process/leftovers.ts'
import { startEmulator } from './emulator.ts'
import { installPythonTools } from './python-tools.ts'
import { freePort } from './ready.ts'

const withBodies = process.argv.includes('--bodies')
const [port, folder] = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const state = folder ? resolve(folder) : mkdtempSync(join(tmpdir(), 'slipway-emulator-'))
const local = join(projectFolder, '.local')

endLeftovers(state)
const tools = await installPythonTools(local)
const emulator = await startEmulator({ state, port: Number(port ?? 0) || (await freePort()), tools })
const stops = [emulator.stop]
if (withBodies && emulator.events) {
  const setting = {
    state,
    python: tools.python,
    emulatorUrl: emulator.url,
    image: await makeMachineImage(local),
  }
  const bodies = keepBodies(setting, (line) => console.log(line))
  await bodies.follow(emulator.events)
  stops.unshift(bodies.stop)
} else {
  emulator.events?.resume()
}
console.log(`emulator ${emulator.url}`)
const stop = async () => {
  for (const end of stops) await end()
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
emulator.ended.then((code) => process.exit(code))
