import { makeLog, newId, type OrganisationId, stoppedClock, UserError } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { z } from 'zod'
import { defineJob, enqueue, enqueueAll, jobOf } from './define-job.ts'
import { forgetEnded } from './forget-ended.ts'
import { type Handler, handle } from './handler.ts'
import { runJob } from './run-job.ts'
import { startWorker } from './start-worker.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
const clock = stoppedClock(new Date('2026-11-25T10:00:00Z'))
const log = makeLog('test', 'silent')
const greet = defineJob({
  name: 'test.greet',
  payload: z.object({ n: z.number() }),
  attempts: 3,
  spacingSeconds: 0,
  timeoutSeconds: 5,
})
const ours = newId('organisation')
const theirs = newId('organisation')
let worker: Awaited<ReturnType<typeof startWorker>> | undefined

beforeAll(async () => {
  t = await testDatabase()
  await t.db.inSystem('create an organisation', async (tx) => {
    for (const id of [ours, theirs])
      await tx.organisation.create({ data: { id, slug: id.slice(4), name: 'x', createdAt: clock.now() } })
  })
})
afterEach(async () => {
  await worker?.stop(1)
  worker = undefined
  await t.db.inSystem('sweep', (tx) => tx.outbox.deleteMany())
})
afterAll(() => t.close())

const write = (n: number, options: { organisationId?: OrganisationId; key?: string; dueAt?: Date } = {}) =>
  t.db.inOrganisation(options.organisationId ?? ours, (tx) =>
    enqueue(tx, greet, { n }, { organisationId: ours, ...options }),
  )
const start = async (...handlers: Handler[]) => {
  worker = await startWorker({ db: t.db, redisUrl: inject('redisUrl'), handlers, clock, log })
}
const open = () =>
  t.db.inSystem('sweep', (tx) => tx.outbox.count({ where: { doneAt: null, failedAt: null } }))
const eventually = (check: () => Promise<void> | void) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

describe('a job', () => {
  it('runs once when its transaction commits, and not when it rolls back', async () => {
    const seen: number[] = []
    await start(handle(greet, async ({ n }) => void seen.push(n)))
    await write(1)
    await t.db
      .inOrganisation(ours, async (tx) => {
        await enqueue(tx, greet, { n: 2 }, { organisationId: ours })
        throw new Error('rolled back')
      })
      .catch(() => {})
    await write(3)
    await eventually(async () => expect(await open()).toBe(0))
    expect(seen.sort()).toEqual([1, 3])
  })

  it('is there once for one key until it has ended', async () => {
    await write(1, { key: 'k' })
    await write(2, { key: 'k' })
    expect(await open()).toBe(1)
  })

  it('is written with others in their order, each with its own key and time, and once for one key', async () => {
    const dueAt = new Date(clock.now().getTime() + 3_600_000)
    const jobs = [{ key: 'a' }, { key: 'b', dueAt }, { key: 'a' }, {}, {}]
    await t.db.inOrganisation(ours, (tx) =>
      enqueueAll(
        tx,
        ours,
        jobs.map((options, n) => ({ ...jobOf(greet, { n }), ...options })),
      ),
    )
    const rows = await t.db.inSystem('sweep', (tx) => tx.outbox.findMany({ orderBy: { id: 'asc' } }))
    expect(rows.map(({ payload, key }) => [payload, key])).toEqual([
      [{ n: 0 }, 'a'],
      [{ n: 1 }, 'b'],
      [{ n: 3 }, null],
      [{ n: 4 }, null],
    ])
    expect(rows.map((row) => row.dueAt > clock.now())).toEqual([false, true, false, false])
    expect(rows[1]?.dueAt).toEqual(dueAt)
  })

  it('waits for its time on the product clock', async () => {
    const seen: number[] = []
    await write(1, { dueAt: new Date(clock.now().getTime() + 3_600_000) })
    await start(handle(greet, async ({ n }) => void seen.push(n)))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(seen).toEqual([])
    clock.advance(3_600_000)
    await eventually(() => expect(seen).toEqual([1]))
  })

  it('is tried again after a failure, and set aside after its last attempt with an answer to whoever waits', async () => {
    const attempts: number[] = []
    const answers: string[] = []
    await start(
      handle(
        greet,
        async (_, { attempt }) => {
          attempts.push(attempt)
          throw new Error('no')
        },
        { exhausted: async (_, error) => void answers.push(String(error)) },
      ),
    )
    await write(1)
    await eventually(async () =>
      expect(
        await t.db.inSystem('sweep', (tx) => tx.outbox.count({ where: { failedAt: { not: null } } })),
      ).toBe(1),
    )
    expect(attempts).toEqual([1, 2, 3])
    expect(answers).toEqual(['Error: no'])
  })

  it('is not tried again after an error that a person must cure', async () => {
    let runs = 0
    await start(
      handle(greet, async () => {
        runs++
        throw new UserError({ code: 'test', what: 'no' })
      }),
    )
    await write(1)
    await eventually(async () => expect(await open()).toBe(0))
    expect(runs).toBe(1)
  })

  it('is worked on by one consumer at a time', async () => {
    let running = 0
    let most = 0
    const handler = handle(greet, async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 100))
      running--
    })
    await write(1)
    const row = await t.db.inSystem('sweep', (tx) => tx.outbox.findFirstOrThrow())
    const deps = {
      db: t.db,
      clock,
      log,
      handlers: new Map([[greet.name, handler]]),
      stopping: new AbortController().signal,
    }
    await Promise.all([runJob(deps, row.id), runJob(deps, row.id), runJob(deps, row.id)])
    expect(most).toBe(1)
    expect(await open()).toBe(0)
  })

  it('is forgotten a week after it ended well, two months after it was set aside, and never while it is open', async () => {
    for (let n = 0; n < 6; n++) await write(n)
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
    const ends = [
      { doneAt: daysAgo(8) },
      { doneAt: daysAgo(6) },
      { failedAt: daysAgo(61) },
      { failedAt: daysAgo(59) },
    ]
    await t.db.inSystem('sweep', async (tx) => {
      const rows = await tx.outbox.findMany({ orderBy: { id: 'asc' } })
      for (const [at, data] of ends.entries())
        await tx.outbox.update({ where: { id: rows[at]?.id ?? 0n }, data })
    })
    expect(await forgetEnded(t.db)).toBe(2)
    expect(await forgetEnded(t.db)).toBe(0)
    const left = await t.db.inSystem('sweep', (tx) => tx.outbox.findMany({ orderBy: { id: 'asc' } }))
    expect(left.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 3 }, { n: 4 }, { n: 5 }])
  })

  it('survives the loss of all of Redis', async () => {
    let runs = 0
    const redis = new Redis(inject('redisUrl'))
    for (let n = 0; n < 40; n++) await write(n)
    await start(
      handle(greet, async () => {
        runs++
        if (runs === 5) await redis.flushall()
        await new Promise((resolve) => setTimeout(resolve, 20))
      }),
    )
    await eventually(async () => expect(await open()).toBe(0))
    expect(runs).toBe(40)
    redis.disconnect()
  })

  it('of a quiet organisation does not wait for the flood of another', async () => {
    const order: number[] = []
    for (let n = 0; n < 150; n++) await write(n)
    await write(1000, { organisationId: theirs })
    await start(handle(greet, async ({ n }) => void order.push(n)))
    await eventually(async () => expect(await open()).toBe(0))
    expect(order.indexOf(1000)).toBeLessThan(25)
  })
})
