import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'

/** Where things lie under SLIPWAY_HOME. The only place that knows. */
export function homeOf(root: string) {
  const at = (...parts: string[]) => path.join(root, ...parts)
  return {
    root,
    key: at('agent-key.pem'),
    boot: at('boot.json'),
    instance: at('instance.json'),
    fence: at('fence.json'),
    pointer: at('pointer.json'),
    journal: at('deployment.json'),
    processes: at('processes.json'),
    jobs: at('jobs.json'),
    cron: at('cron.json'),
    booted: at('booted.json'),
    runs: at('runs.json'),
    command: (id: string) => at('commands', `${id}.json`),
    commands: at('commands'),
    gateSocket: at('gate.sock'),
    gateRoutes: at('gate.json'),
    releases: at('releases'),
    release: (id: string) => at('releases', id),
    logs: at('logs'),
    /** HOME of a service's process: kept over releases, not over the host. */
    service: (name: string) => at('apps', name),
    exit: (key: string) => at('logs', `${key}.exit`),
    log: (key: string) => at('logs', `${key}.log`),
    builds: at('builds'),
    build: (id: string) => at('builds', id),
    cache: (...parts: string[]) => at('cache', ...parts),
  }
}
export type Home = ReturnType<typeof homeOf>

/**
 * Writes whole or not at all. `durable` also when the machine loses power after it returned; what is made anew
 * at boot does without, since a request may be waiting for it.
 */
export async function writeJson(
  file: string,
  value: unknown,
  { durable }: { durable: boolean } = { durable: true },
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const draft = `${file}.${randomUUID()}`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(value))
    if (durable) await handle.datasync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}

/** Writes what `read` answers then, one write at a time, so that the last state is what stays; each call resolves once it did. */
export function latestIn(
  file: string,
  read: () => unknown,
  options?: { durable: boolean },
): () => Promise<void> {
  let writing: Promise<void> = Promise.resolve()
  return () => {
    writing = writing.catch(() => {}).then(() => writeJson(file, read(), options))
    return writing
  }
}

/** What the file holds, or undefined when there is none or it is not of this form (an older agent's). */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    return undefined
  }
  try {
    const result = schema.safeParse(JSON.parse(text))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
