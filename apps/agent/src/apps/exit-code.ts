import { readFileSync } from 'node:fs'

/** How a process ended, as its shell wrote it down; undefined where it did not, or not yet. */
export function readExitCode(file: string): number | undefined {
  try {
    const code = Number.parseInt(readFileSync(file, 'utf8'), 10)
    return Number.isNaN(code) ? undefined : code
  } catch {
    return undefined
  }
}

/** The shell writes the code down a moment after the app is gone. */
export async function waitForExitCode(file: string): Promise<number | undefined> {
  for (let i = 0; i < 20 && readExitCode(file) === undefined; i++)
    await new Promise((resolve) => setTimeout(resolve, 5))
  return readExitCode(file)
}
