import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The AWS emulator in a process of its own. Its accounts' roots need no rights, so an agent can be tried without a role. */
export async function startEmulator(folder: string): Promise<{ endpoint: string; stop(): Promise<void> }> {
  const program = fileURLToPath(new URL('../../../sandbox/src/parts/run-emulator.ts', import.meta.url))
  const child = spawn(process.execPath, [program, '0', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const endpoint = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^emulator (http\S+)/.exec(line)?.[1]
      if (url) resolve(url)
    })
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)))
  })
  return {
    endpoint,
    async stop() {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}
