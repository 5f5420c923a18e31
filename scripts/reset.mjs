// `npm run reset`: forgets everything that the sandbox remembers. What is installed stays.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = dirname(dirname(fileURLToPath(import.meta.url)))
const state = process.env.SLIPWAY_STATE ?? join(project, '.local/state')
const running = join(state, 'running')

if (existsSync(running) && isAlive(readFileSync(running, 'utf8'))) {
  console.error('The sandbox runs. Stop it first (Ctrl-C where it was started).')
  process.exit(1)
}
rmSync(state, { recursive: true, force: true })
console.log('Forgotten. The next start is a fresh one.')

function isAlive(record) {
  const [pid, since] = record.split(' ')
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1).trim().split(' ')[19] === since
  } catch {
    return false
  }
}
