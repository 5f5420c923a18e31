import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { machineEnvironment } from '../config.ts'
import { startedAt } from './leftovers.ts'
import { startTethered } from './tethered.ts'

const state = mkdtempSync(join(tmpdir(), 'slipway-tethered-'))
afterAll(() => rmSync(state, { recursive: true, force: true }))

const start = (name: string, script: string) =>
  startTethered({
    name,
    command: ['sh', '-c', script],
    environment: machineEnvironment(),
    state,
    python: 'python3',
    graceSeconds: 0.5,
  })

async function until<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const answer = ask()
    if (answer) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('its output is kept, and its status comes back', async () => {
  expect(await start('words', 'echo some words; exit 3').ended).toBe(3)
  expect(readFileSync(join(state, 'logs/words.log'), 'utf8')).toBe('some words\n')
})

test('stopping ends also what it started in the background, and what ignores SIGTERM', async () => {
  const part = start('stubborn', 'trap "" TERM; sleep 600 & echo $! > child; wait; sleep 600')
  const child = await until(() => Number(read('child')))
  await part.stop()
  await until(() => startedAt(child) === undefined || undefined)
  expect(part.pid()).toBeUndefined()
  expect(readdirSync(join(state, 'processes'))).toEqual([])
})

test('a kill is at once and takes the group with it', async () => {
  const part = start('killed', 'sleep 600 & echo $! > other; wait')
  const child = await until(() => Number(read('other')))
  await part.kill()
  expect(await part.ended).toBe(137)
  await until(() => startedAt(child) === undefined || undefined)
})

function read(name: string): string {
  try {
    return readFileSync(join(state, name), 'utf8').trim()
  } catch {
    return ''
  }
}
