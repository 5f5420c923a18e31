import { makeLog, realClock } from '../packages/core/src/index.ts'
import type { Database } from '../packages/db/src/index.ts'
import { advanceExecutionHandler } from '../packages/pipeline/src/advance-execution.ts'
import { advanceHistories, readHistories } from './advance/histories.ts'
import { addApps, push, record, type Started } from './advance/in-flight.ts'
import { storyAfterPush } from './advance/push-story.ts'
import { startBenchPostgres } from './ground/postgres.ts'
import { median, medianAndSpread } from './statistics.ts'

const rounds = 3
/** Jobs at a time, as many as the api or a worker has connections. */
const atOnce = 10
const limitMilliseconds = 250

/**
 * How fast executions move: by the pure rule alone, in histories of an app of a hundred events, beside what it takes to
 * read the same events and states out of their JSON; and by the job with its rows, with 500 executions in flight over
 * 500 apps, each event of each of them an advance of its own.
 */
export async function measure() {
  const rules: number[] = []
  const reading: number[] = []
  for (let round = 0; round < rounds; round++) {
    rules.push(advanceHistories())
    reading.push(readHistories())
  }
  return [
    {
      what: 'the rule, histories of a hundred events a minute',
      'a minute': medianAndSpread(rules),
      ratio: `${(median(rules) / median(reading)).toFixed(1)} × reading them`,
    },
    { what: 'reading the same events and states', 'a minute': medianAndSpread(reading), ratio: '1.0' },
    ...(await measureJob()),
  ]
}

async function measureJob() {
  const postgres = await startBenchPostgres({ connectionsMax: atOnce })
  try {
    const { db } = postgres
    const apps = await addApps(db)
    const taken: number[][] = []
    for (let round = 0; round < rounds; round++) {
      const started = await inTurn(apps, (app) => push(db, app, round))
      const milliseconds = [...(await advanceAll(db, started))]
      for (const event of storyAfterPush(realClock.now())) {
        await inTurn(started, (one) => record(db, one, event))
        milliseconds.push(...(await advanceAll(db, started)))
      }
      taken.push(milliseconds.sort((a, b) => a - b))
    }
    const at = (part: number) => taken.map((sorted) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN)
    return [
      {
        what: `the job with its rows, ${apps.length} in flight, ${atOnce} at once`,
        'a minute': medianAndSpread(taken.map(perMinute)),
        'p50 ms': medianAndSpread(at(0.5), 1),
        'p99 ms': medianAndSpread(at(0.99), 1),
        ratio: `p99 ${(median(at(0.99)) / limitMilliseconds).toFixed(2)} of the limit of ${limitMilliseconds} ms`,
      },
    ]
  } finally {
    await postgres.close()
  }
}

/** With as many at once, each of these times is one of so many that run side by side. */
function perMinute(milliseconds: number[]): number {
  const sum = milliseconds.reduce((total, one) => total + one, 0)
  return (milliseconds.length * atOnce * 60_000) / sum
}

const handler = advanceExecutionHandler()
const log = makeLog('bench', 'silent')

/** One advance for each, as the worker runs it; the milliseconds of each. */
function advanceAll(db: Database, started: Started[]): Promise<number[]> {
  return inTurn(started, async ({ organisationId, appId }) => {
    const { signal } = new AbortController()
    const from = performance.now()
    await handler.run({ appId }, { db, clock: realClock, log, attempt: 1, organisationId, signal })
    return performance.now() - from
  })
}

/** What `run` makes of each, so many at a time. */
async function inTurn<T, R>(all: T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  const waiting = all.values()
  const runner = async () => {
    for (const one of waiting) done.push(await run(one))
  }
  await Promise.all(Array.from({ length: atOnce }, runner))
  return done
}
