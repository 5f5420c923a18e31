import { spawn } from 'node:child_process'

/**
 * Runs a command to its end and gives back its standard output. Throws with the last lines of its standard error
 * when it fails, so that a person sees the cause without a log file.
 */
export function run(
  command: string,
  args: string[],
  options: { cwd?: string; environment: Record<string, string> },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let problems = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      problems = (problems + chunk).slice(-4000)
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`${command} ${args[0] ?? ''} failed (${code}):\n${problems}`)),
    )
  })
}
