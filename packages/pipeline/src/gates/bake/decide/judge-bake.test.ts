import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BakeFacts, isFreshMinute, judgeBake } from './judge-bake.ts'
import type { Seen } from './look.ts'

const since = new Date('2026-11-24T10:00:00Z')
const after = (minutes: number) => new Date(since.getTime() + minutes * 60_000)
const seen = (is: Seen['is'], words = 'as it is'): Seen => ({ is, words, of: since.toISOString(), reds: [] })

function facts(change: Partial<BakeFacts> = {}): BakeFacts {
  const environments = [{ region: 'eu-west-1', requests: 1000, newestMinute: after(29) }]
  const asked = { minutes: 30, requests: 1000, atMostMinutes: 120 }
  return { asked, since, now: after(30), environments, monitors: [], ...change }
}
const from = (region: string, requests: number, minute: number | null) => ({
  region,
  requests,
  newestMinute: minute === null ? null : after(minute),
})

test.each([
  ['enough of all', {}, { is: 'enough' }],
  ['too early', { now: after(29.9) }, { is: 'not-yet', words: '29 of 30 minutes, 1,000 of 1,000 requests' }],
  [
    'too few requests, of all regions together',
    { environments: [from('eu-west-1', 300, 29), from('us-east-1', 40, 29)] },
    { is: 'not-yet', words: '30 of 30 minutes, 340 of 1,000 requests' },
  ],
  [
    'no traffic',
    { environments: [from('eu-west-1', 0, 29)], now: after(60) },
    {
      is: 'not-yet',
      words: '30 of 30 minutes, 0 of 1,000 requests; no fresh figures from eu-west-1 since 10:29 UTC',
    },
  ],
  [
    'one region that is silent',
    { environments: [from('eu-west-1', 900, 4), from('us-east-1', 400, 29)] },
    {
      is: 'not-yet',
      words: '30 of 30 minutes, 1,300 of 1,000 requests; no fresh figures from eu-west-1 since 10:04 UTC',
    },
  ],
  [
    'one that never told anything, where no requests are asked for',
    {
      environments: [from('eu-west-1', 0, null)],
      asked: { minutes: 30, requests: 0, atMostMinutes: 60 },
    },
    { is: 'not-yet', words: '30 of 30 minutes; no figures from eu-west-1' },
  ],
  ['fine monitors', { monitors: [{ words: 'p99 < 1 ms', seen: seen('fine') }] }, { is: 'enough' }],
  [
    'a monitor that saw nothing',
    { monitors: [{ words: 'p99 < 1 ms', seen: seen('inconclusive', 'no requests') }] },
    { is: 'not-yet', words: '30 of 30 minutes, 1,000 of 1,000 requests; p99 < 1 ms: no requests' },
  ],
  [
    'a monitor that was red once',
    { monitors: [{ words: 'p99 < 1 ms', seen: seen('red', '2 ms') }] },
    { is: 'not-yet', words: '30 of 30 minutes, 1,000 of 1,000 requests; p99 < 1 ms: 2 ms' },
  ],
  [
    'a monitor that was not looked at',
    { monitors: [{ words: 'p99 < 1 ms', seen: undefined }] },
    { is: 'not-yet', words: '30 of 30 minutes, 1,000 of 1,000 requests; p99 < 1 ms: not looked at yet' },
  ],
  [
    'the last moment, with something missing',
    { now: after(120), environments: [from('eu-west-1', 340, 119)] },
    { is: 'late', words: '30 of 30 minutes, 340 of 1,000 requests' },
  ],
  [
    'the last moment, with nothing missing',
    { now: after(120), environments: [from('eu-west-1', 1000, 119)] },
    { is: 'enough' },
  ],
  [
    'no environment',
    { environments: [], asked: { minutes: 1, requests: 0, atMostMinutes: 9 } },
    { is: 'late', words: '1 of 1 minutes' },
  ],
])('%s', (_, change, judged) => {
  expect(judgeBake(facts(change))).toEqual(judged)
})

test('a minute is fresh for two and a half from its beginning', () => {
  expect(isFreshMinute(since, after(2.5))).toBe(true)
  expect(isFreshMinute(since, new Date(after(2.5).getTime() + 1))).toBe(false)
})

const anything = fc.record({
  asked: fc
    .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 60 }))
    .map(([minutes, requests, more]) => ({ minutes, requests, atMostMinutes: minutes + more })),
  since: fc.constant(since),
  now: fc.integer({ min: 0, max: 150 * 60 }).map((seconds) => after(seconds / 60)),
  environments: fc.array(
    fc.record({
      region: fc.constantFrom('eu-west-1', 'us-east-1'),
      requests: fc.integer({ min: 0, max: 60 }),
      newestMinute: fc.option(fc.integer({ min: 0, max: 150 }).map(after)),
    }),
    { maxLength: 3 },
  ),
  monitors: fc.array(
    fc.record({
      words: fc.constant('p99 < 1 ms'),
      seen: fc.option(
        fc.constantFrom('fine' as const, 'red' as const, 'inconclusive' as const).map((is) => seen(is)),
        {
          nil: undefined,
        },
      ),
    }),
    { maxLength: 3 },
  ),
})

test('it passes only on time, requests, figures of now from everywhere and fine monitors, all of them; and waits no longer than it may', () => {
  fc.assert(
    fc.property(anything, (given) => {
      const { asked, now, environments, monitors } = given
      const waited = (now.getTime() - since.getTime()) / 60_000
      const { is } = judgeBake(given)
      if (is === 'enough') {
        expect(waited).toBeGreaterThanOrEqual(asked.minutes)
        expect(environments.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThanOrEqual(
          asked.requests,
        )
        expect(environments.length).toBeGreaterThan(0)
        for (const { newestMinute } of environments)
          expect(newestMinute !== null && now.getTime() - newestMinute.getTime()).toBeLessThanOrEqual(150_000)
        for (const monitor of monitors) expect(monitor.seen?.is).toBe('fine')
      }
      if (is === 'not-yet') expect(waited).toBeLessThan(asked.atMostMinutes)
      if (is === 'late') expect(waited).toBeGreaterThanOrEqual(asked.atMostMinutes)
    }),
    { numRuns: 2000 },
  )
})
