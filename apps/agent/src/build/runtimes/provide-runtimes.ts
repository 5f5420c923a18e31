import { buildFailures } from '../build-failures.ts'
import { go } from './go.ts'
import { java } from './java.ts'
import { npmRuntime } from './npm-runtime.ts'
import { php } from './php.ts'
import { python } from './python.ts'
import { ruby } from './ruby.ts'
import type { Runtime, RuntimeKind, RuntimeRequest } from './runtime.ts'
import { rust } from './rust.ts'

const { arch } = process

/** All that a runner can bring. A new one is a file and a line here. */
const kinds: readonly RuntimeKind[] = [
  npmRuntime({ kind: 'node', title: 'Node', package: `node-linux-${arch}`, file: 'bin/node' }),
  npmRuntime({ kind: 'deno', title: 'Deno', package: `@deno/linux-${arch}-glibc`, file: 'deno' }),
  npmRuntime({
    kind: 'bun',
    title: 'Bun',
    package: `@oven/bun-linux-${arch === 'arm64' ? 'aarch64' : arch}`,
    file: 'bin/bun',
  }),
  python,
  java,
  go,
  rust,
  ruby,
  php,
]

/**
 * What a release is built with and carries, one after the other. A kind that no runner can bring is a UserError
 * before anything is built.
 */
export async function provideRuntimes(
  wishes: readonly { kind: string; range: string }[],
  request: Omit<RuntimeRequest, 'range'>,
): Promise<Runtime[]> {
  const found = wishes.map(({ kind, range }) => {
    const known = kinds.find((one) => one.kind === kind)
    const brought = kinds.map((one) => one.kind)
    if (known === undefined) throw buildFailures.runtimeNotBrought(kind, brought)
    return { known, range }
  })
  const runtimes: Runtime[] = []
  for (const { known, range } of found) runtimes.push(await known.provide({ ...request, range }))
  return runtimes
}
