/**
 * One file for what runs on a host: `agent` (when nothing is named), `gate` and `serve <folder>`. Each part is
 * loaded only when it is asked for. Beside it, as source and as bundle, lies the gate's worker, and as bundle what functions start.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(import.meta.url)
const self = [process.execPath, file]
const gateWorker = path.join(path.dirname(file), `gate-worker${path.extname(file)}`)
const functionStart = path.join(path.dirname(file), 'function-start.mjs')

async function main([part = 'agent', ...args]: string[]): Promise<void> {
  switch (part) {
    case 'agent':
      return (await import('./run-agent.ts')).runAgent([...self, 'serve'], functionStart)
    case 'gate':
      return (await import('./run-gate.ts')).runGate(gateWorker)
    case 'serve':
      return (await import('./serve-folder.ts')).serveFolder(args[0] ?? '.')
    default:
      throw new Error(`the agent has no part “${part}”`)
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error)
  process.exit(1)
})
