import { type Clock, makeLog, stoppedClock, UserError } from '@slipway/core'
import { Redis } from 'ioredis'
import { expect, inject, test, vi } from 'vitest'
import { limits } from './decide/limits.ts'
import { startRateLimit } from './rate-limit.ts'

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string
  }
}

const log = makeLog('test', 'silent')
const nothingListens = 'redis://127.0.0.1:1'

async function refusedAfter(take: () => Promise<void>): Promise<number> {
  for (let taken = 0; ; taken++) {
    try {
      await take()
    } catch (error) {
      if (error instanceof UserError && error.fields.code === 'too-many-requests') return taken
      throw error
    }
  }
}

test('with Redis away each key still has its limit, and a new one in the next window', async () => {
  const clock = stoppedClock(new Date('2026-01-01T00:00:00Z'))
  const limit = startRateLimit({ redisUrl: nothingListens, clock, log })
  try {
    expect(await refusedAfter(() => limit.take('account', 'ada@example.com'))).toBe(limits.account.max)
    expect(await refusedAfter(() => limit.take('account', 'bob@example.com'))).toBe(limits.account.max)
    expect(await refusedAfter(() => limit.take('mail', 'ada@example.com'))).toBe(limits.mail.max)
    clock.advance(limits.account.windowSeconds * 1000)
    expect(await refusedAfter(() => limit.take('account', 'ada@example.com'))).toBe(limits.account.max)
  } finally {
    limit.close()
  }
})

test('all copies of the api share a limit through Redis', async () => {
  const clock = stoppedClock(new Date(Date.UTC(2026, 0, 1) + Math.floor(Math.random() * 1e9) * 1000))
  const copies = await Promise.all([readyLimit(clock), readyLimit(clock)])
  const [one, other] = copies
  try {
    let turn = 0
    const take = () => (turn++ % 2 === 0 ? one : other).take('account', 'ada@example.com')
    expect(await refusedAfter(take)).toBe(limits.account.max)
  } finally {
    for (const copy of copies) copy.close()
  }
})

test('a Redis that was flushed does not give a process a second set of tries', async () => {
  const clock = stoppedClock(new Date(Date.UTC(2026, 0, 1) + Math.floor(Math.random() * 1e9) * 1000))
  const limit = await readyLimit(clock)
  const redis = new Redis(inject('redisUrl'))
  try {
    await refusedAfter(() => limit.take('account', 'ada@example.com'))
    for (const key of await redis.keys('limit:account:*')) await redis.del(key)
    expect(await refusedAfter(() => limit.take('account', 'ada@example.com'))).toBe(0)
  } finally {
    redis.disconnect()
    limit.close()
  }
})

/** One whose Redis answers, which the first counts show. */
async function readyLimit(clock: Clock) {
  const limit = startRateLimit({ redisUrl: inject('redisUrl'), clock, log })
  const redis = new Redis(inject('redisUrl'))
  const mark = `probe ${Math.random()}`
  await vi.waitFor(async () => {
    const before = (await redis.keys('limit:address:*')).length
    await limit.take('address', `${mark} ${Math.random()}`)
    expect((await redis.keys('limit:address:*')).length).toBeGreaterThan(before)
  })
  redis.disconnect()
  return limit
}
