import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../apps/sandbox/src/index.ts'
import { eventually, get } from '../e2e/address.ts'
import { connectAccount, createApp, signUp } from '../e2e/person.ts'
import { terminalOf } from '../e2e/repository.ts'
import { median, medianAndSpread } from './statistics.ts'

const rounds = 5
/** What a push may take on AWS when runner and host are there. */
const limitSeconds = 60

/**
 * From `git push` to the URL that answers the new words, with runner and host there already; split by the steps of the
 * execution. Seconds; the ratio is against the limit of a minute.
 */
export async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const slipway = await startSandbox({ folder, product: ['api', 'worker'] })
  try {
    const person = await signUp(slipway, 'Bench')
    const { api, organisationId } = person
    const cloudAccountId = await connectAccount(slipway, person, '222222222222')
    const repository = await createApp(person, cloudAccountId, 'counter', 'node-sqlite')
    const first = await terminalOf(repository.push())
    const address = /http:\/\/web-counter-\w{6}\.localhost:\d+/.exec(first.text)?.[0] ?? ''
    const source = readFileSync(new URL('../examples/node-sqlite/server.js', import.meta.url), 'utf8')
    const whole: number[] = []
    const phases = new Map<string, number[]>()
    for (let round = 0; round < rounds; round++) {
      const words = `Words of round ${round}`
      await repository.commit(words, { 'server.js': source.replace('Hello from a push', words) })
      const startedAt = performance.now()
      const pushed = terminalOf(repository.push())
      await eventually(async () => (await get(address)).body.includes(words) || undefined, words)
      whole.push((performance.now() - startedAt) / 1000)
      await pushed
      const { parts } = await api.executions.get.query({ organisationId, app: 'counter', number: round + 2 })
      for (const { kind, steps } of parts)
        for (const { title, startedAt, endedAt } of steps) {
          if (!startedAt || !endedAt) continue
          const name = `${kind}: ${title}`
          phases.set(name, [
            ...(phases.get(name) ?? []),
            (Date.parse(endedAt) - Date.parse(startedAt)) / 1000,
          ])
        }
    }
    const row = (what: string, seconds: number[]) => ({
      what,
      seconds: medianAndSpread(seconds, 2),
      'of the limit': (median(seconds) / limitSeconds).toFixed(3),
    })
    return [row('push → new words', whole), ...[...phases].map(([name, seconds]) => row(name, seconds))]
  } finally {
    await slipway.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
