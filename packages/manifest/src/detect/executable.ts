import type { Architecture } from '../app-plan.ts'
import type { ManifestProblem } from '../problem.ts'
import { join, type Tree } from '../tree.ts'
import type { Detector } from './detection.ts'

/** A folder with exactly one executable for Linux: it is run as it is. */
export const executable: Detector = {
  name: 'executable',
  async detect(tree, root) {
    const entries = (await tree.list(root)).filter((entry) => entry.kind === 'file' && entry.executable)
    const found: string[] = []
    for (const entry of entries) {
      const header = await tree.read(join(root, entry.name), headerBytes)
      if (header && formatOf(header).kind === 'linux') found.push(entry.name)
    }
    const [only] = found
    if (only === undefined || found.length > 1) return undefined
    return {
      title: 'a ready executable',
      runtimes: [],
      build: [],
      run: `./${only}`,
      why: [`${join(root, only)} is a ready executable: it is run as it is.`],
      problems: [],
    }
  },
}

const headerBytes = 20

type Format =
  | { kind: 'linux'; architecture: Architecture }
  | { kind: 'foreign'; what: string }
  /** A script, or no program at all: nothing can be said. */
  | { kind: 'other' }

/**
 * What the first 20 bytes of a file say about where it runs. ELF: bytes 4 (class), 5 (byte order) and 18-19
 * (e_machine), https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 */
function formatOf(header: Uint8Array): Format {
  const [a, b, c, d] = header
  if (a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46) {
    const machine =
      header[5] === 2
        ? (header[18] ?? 0) * 256 + (header[19] ?? 0)
        : (header[18] ?? 0) + (header[19] ?? 0) * 256
    if (header[4] === 2 && machine === 0x3e) return { kind: 'linux', architecture: 'x86_64' }
    if (header[4] === 2 && machine === 0xb7) return { kind: 'linux', architecture: 'arm64' }
    return { kind: 'foreign', what: 'is built for a processor that EC2 does not have' }
  }
  const magic = [a, b, c, d].map((byte) => (byte ?? 0).toString(16).padStart(2, '0')).join('')
  if (['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'].includes(magic)) {
    return { kind: 'foreign', what: 'is built for macOS' }
  }
  if (a === 0x4d && b === 0x5a) return { kind: 'foreign', what: 'is built for Windows' }
  return { kind: 'other' }
}

/**
 * What the file that a command starts says about the host it needs: an architecture, nothing, or that it can
 * run on no host. Only a file that is in the repository can say something.
 */
export async function architectureOfCommand(
  tree: Tree,
  root: string,
  command: string,
): Promise<{ file: string; architecture: Architecture } | { problem: ManifestProblem } | undefined> {
  const program = programOf(command)
  if (program === undefined) return undefined
  const file = join(root, program)
  const header = await tree.read(file, headerBytes)
  if (header === undefined) return undefined
  const format = formatOf(header)
  if (format.kind === 'foreign') {
    return {
      problem: {
        code: 'manifest-executable-foreign',
        what: `${file} cannot run on a host: it ${format.what}.`,
        why: 'Hosts run Linux on x86_64 or arm64.',
        todo: 'Build it for linux/arm64 or linux/amd64 and push that.',
        value: command.slice(0, 80),
      },
    }
  }
  if (format.kind === 'other') return undefined
  if (await lacksMode(tree, file)) {
    return {
      problem: {
        code: 'manifest-executable-mode',
        what: `${file} may not be executed: git holds it without the executable mode.`,
        todo: `Run git update-index --chmod=+x ${file}, commit and push.`,
        value: command.slice(0, 80),
      },
    }
  }
  return { file, architecture: format.architecture }
}

/** The relative path that a command starts: `LEVEL=info exec ./bin/app --port` → `bin/app`. */
function programOf(command: string): string | undefined {
  const words = command.trim().split(/\s+/)
  const word = words.find((one) => one !== 'exec' && !/^[A-Za-z_][A-Za-z0-9_]*=/.test(one))
  if (word === undefined || !/^(\.\/)?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/.test(word) || !word.includes('/'))
    return undefined
  const program = word.replace(/^\.\//, '')
  return program.split('/').includes('..') ? undefined : program
}

async function lacksMode(tree: Tree, file: string): Promise<boolean> {
  const parts = file.split('/')
  const entries = await tree.list(parts.slice(0, -1).join('/'))
  return entries.some((entry) => entry.name === parts.at(-1) && !entry.executable)
}
