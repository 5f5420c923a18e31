import { hash } from 'node:crypto'
import { type Clock, type Log, UserError } from '@slipway/core'
import { Redis } from 'ioredis'
import { type LimitName, limits, windowOf } from './decide/limits.ts'

export type RateLimit = {
  /** Counts one, and throws `too-many-requests` when the window's number is passed. Never waits longer than 250 ms. */
  take(name: LimitName, key: string): Promise<void>
  close(): void
}

const answerMilliseconds = 250
const awayMilliseconds = 5000
const entriesMax = 200_000

/** Counts, and lets a new count end with its window: one command, where a transaction of Redis is four. */
const countOne = `
  local count = redis.call('incr', KEYS[1])
  if count == 1 then redis.call('expire', KEYS[1], ARGV[1]) end
  return count
`

/**
 * Counts in Redis, so that all copies of the api share a limit, and in this process besides: with Redis away, slow
 * or flushed the process's own count still holds. `clock` is the machine's own time.
 */
export function startRateLimit({
  redisUrl,
  clock,
  log,
}: {
  redisUrl: string
  clock: Clock
  log: Log
}): RateLimit {
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: answerMilliseconds,
    connectTimeout: 2000,
    retryStrategy: (times) => Math.min(times * 200, 2000),
  })
  let awayUntil = 0
  redis.on('error', (error: Error) => {
    if (awayUntil === 0)
      log.warn({ error: error.message }, 'Redis is away: limits are counted by this process alone')
    awayUntil = clock.now().getTime() + awayMilliseconds
  })
  redis.on('ready', () => {
    awayUntil = 0
  })
  const local = localCounts()

  async function shared(key: string, seconds: number): Promise<number> {
    if (redis.status !== 'ready' || clock.now().getTime() < awayUntil) return 0
    try {
      const count = await redis.eval(countOne, 1, key, seconds)
      return typeof count === 'number' ? count : 0
    } catch {
      awayUntil = clock.now().getTime() + awayMilliseconds
      return 0
    }
  }

  return {
    async take(name, key) {
      const limit = limits[name]
      const window = windowOf(clock.now(), limit)
      const place = `limit:${name}:${window.number}:${hash('sha256', key, 'base64url').slice(0, 22)}`
      const here = local.count(
        place,
        clock.now().getTime() + window.endsInSeconds * 1000,
        clock.now().getTime(),
      )
      if (here > limit.max) throw tooMany(window.endsInSeconds)
      if ((await shared(place, limit.windowSeconds)) > limit.max) throw tooMany(window.endsInSeconds)
    },
    close: () => redis.disconnect(),
  }
}

function localCounts() {
  const counts = new Map<string, { count: number; until: number }>()
  let sweepAt = 0
  return {
    count(key: string, until: number, now: number): number {
      if (now >= sweepAt || counts.size >= entriesMax) {
        for (const [other, entry] of counts) if (entry.until <= now) counts.delete(other)
        sweepAt = now + 10_000
      }
      // A flood of keys: forget all rather than grow.
      if (counts.size >= entriesMax) counts.clear()
      const entry = counts.get(key) ?? { count: 0, until }
      entry.count++
      counts.set(key, entry)
      return entry.count
    },
  }
}

function tooMany(seconds: number): UserError {
  return new UserError({
    code: 'too-many-requests',
    kind: 'too-many',
    what: 'That was too often.',
    why: 'Slipway limits how often something may be tried, so that nobody can guess passwords or crowd others out.',
    todo: `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  })
}
