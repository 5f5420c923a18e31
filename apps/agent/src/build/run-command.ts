import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { appUser } from '../apps/app-user.ts'
import { signal as send } from '../apps/stop-process.ts'
import { shortened } from '../apps/tail-log.ts'

export type Ending = { code: number | null; signal: string | null; lastLines: string[] }
const lastLineCount = 20
const quotedMax = 200

/**
 * Runs one shell command and says its lines as they come. Throws the signal's reason when that fires; nothing
 * of the command lives on then. A command that fails is an Ending like any other.
 */
export async function runCommand(of: {
  id: string
  command: string
  folder: string
  environment: Record<string, string>
  say(line: string, level: 'out' | 'error'): void
  /** All of its standard output, as it comes; lines are cut before they are said. */
  hear?: ((text: string) => void) | undefined
  signal: AbortSignal
}): Promise<Ending> {
  const { id, command, folder, environment, say, hear, signal } = of
  signal.throwIfAborted()
  const last: string[] = []
  const keep = (line: string, level: 'out' | 'error') => {
    say(line, level)
    last.push(line.slice(0, 1000))
    if (last.length > lastLineCount) last.shift()
  }
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...appUser(),
  })
  const end = () => {
    if (child.pid) send(-child.pid, 'SIGKILL')
    void endStrays(id)
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    // `exit`, not `close`: a daemon that the command left behind keeps the pipes open and is no part of it.
    const [ending] = await Promise.all([
      new Promise<Pick<Ending, 'code' | 'signal'>>((resolve, reject) => {
        child.once('error', reject)
        child.once('exit', (code, name) => {
          endStrays(id).then(() => resolve({ code, signal: name }), reject)
        })
      }),
      readLines(child.stdout, (line) => keep(line, 'out'), hear),
      readLines(child.stderr, (line) => keep(line, 'error')),
    ])
    signal.throwIfAborted()
    return { ...ending, lastLines: last }
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** A command as a sentence may name it: an error that quotes a whole script would not fit into a message. */
export function quoted(command: string): string {
  const [line = ''] = command.split('\n')
  return line === command && line.length <= quotedMax
    ? `“${line}”`
    : `“${line.slice(0, quotedMax).trimEnd()}…”`
}

async function readLines(
  from: Readable,
  onLine: (line: string) => void,
  onText?: (text: string) => void,
): Promise<void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const piece of from) {
    const text = decoder.write(piece)
    onText?.(text)
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(shortened(line.replace(/\r$/, '')))
    if (rest.length > 65_536) {
      onLine(shortened(rest))
      rest = ''
    }
  }
  if (rest !== '') onLine(shortened(rest))
}

/** Ends every process that a build started, also those that made a session of their own: all carry its id. */
export async function endStrays(id: string): Promise<void> {
  const mark = `SLIPWAY_BUILD=${id}`
  for (let round = 0; round < 20; round++) {
    const strays = readdirSync('/proc').filter(
      (entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid && carries(entry, mark),
    )
    if (strays.length === 0) return
    for (const pid of strays) send(Number(pid), 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function carries(pid: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)
  } catch {
    return false
  }
}
