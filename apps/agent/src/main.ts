/**
 * One file for all that runs on a host: `agent` (when nothing is named), `gate`, `gate-worker` and
 * `serve <folder>`. Each part is loaded only when it is asked for.
 */
import { fileURLToPath } from 'node:url'

const self = [process.execPath, fileURLToPath(import.meta.url)]

async function main([part = 'agent', ...args]: string[]): Promise<void> {
  switch (part) {
    case 'agent':
      return (await import('./run-agent.ts')).runAgent([...self, 'serve'])
    case 'gate':
      return (await import('./run-gate.ts')).runGate(self)
    case 'gate-worker':
      return (await import('./run-gate.ts')).runWorker(args)
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
