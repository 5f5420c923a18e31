import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Architecture } from '@slipway/protocol'
import { buildFailures } from './build-failures.ts'

// e_machine of an ELF header (System V ABI, gABI 4.1).
const machines: Record<number, Architecture> = { 62: 'x64', 183: 'arm64' }

/**
 * For which machine a release is: that of the executables that its services' commands name, else the runner's.
 * Throws UserErrors when one is missing, or when they differ.
 */
export async function architectureOf(
  folder: string,
  services: Array<{ name: string; run: string }>,
  runner: Architecture,
): Promise<Architecture> {
  const found: Array<{ service: string; architecture: Architecture }> = []
  for (const { name, run } of services) {
    const file = namedFile(run)
    if (!file) continue
    const whole = path.join(folder, file)
    if (!(await stat(whole).catch(() => undefined))?.isFile()) throw buildFailures.noExecutable(name, file)
    const architecture = await elfArchitecture(whole)
    if (architecture) found.push({ service: name, architecture })
  }
  const [first] = found
  if (found.some(({ architecture }) => architecture !== first?.architecture))
    throw buildFailures.mixedArchitectures(found)
  return first?.architecture ?? runner
}

/** `./bin/web --port 1` → `./bin/web`; a program that is looked for in PATH is not in the release. */
function namedFile(run: string): string | undefined {
  const word = run.trim().split(/\s+/)[0] ?? ''
  return /^\.?[\w@-][\w@./-]*\/[\w@./-]+$|^\.\/[\w@./-]+$/.test(word) && !word.includes('..')
    ? word
    : undefined
}

async function elfArchitecture(file: string): Promise<Architecture | undefined> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0)
    if (bytesRead < 20 || buffer.readUInt32BE(0) !== 0x7f454c46) return undefined
    return machines[buffer.readUInt16LE(18)]
  } finally {
    await handle.close()
  }
}
