import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { expect, test } from 'vitest'
import type { CanarySlice } from './canary-evidence.ts'
import type { Answered } from './canary-sums.ts'
import { judgeCanary } from './judge-canary.ts'

/** All of its requests took 10 to 20 ms, but for some that took longer than the second bound, 500 ms unless said. */
function answered(requests: number, errors = 0, { slow = 0, until = 500 } = {}): Answered {
  const latency = new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0)
  const bin = (milliseconds: number) => latencyBoundsMilliseconds.findIndex((bound) => bound >= milliseconds)
  latency[bin(20)] = requests - slow
  latency[bin(until)] = slow
  return { requests, errors, latency }
}

const start = new Date('2026-01-01T00:00:00Z').getTime()

/** The same slice of a minute so many times, and a look right after the last one. */
function judge(
  count: number,
  slice: Omit<CanarySlice, 'at'>,
  terms: { requestsMin?: number; later?: number } = {},
) {
  const slices = Array.from({ length: count }, (_, index) => ({
    at: new Date(start + index * 60_000),
    ...slice,
  }))
  const { later = 0, ...rest } = terms
  return judgeCanary({ slices, now: new Date(start + (count + later) * 60_000), ...rest })
}

test('a revision that answers as the old one does is good', () => {
  const judgement = judge(20, { old: answered(900, 9, { slow: 90 }), new: answered(100, 1, { slow: 10 }) })
  expect(judgement).toMatchObject({ is: 'good', figures: { requests: { old: 18_000, new: 2000, min: 100 } } })
  expect(judgement.figures.errors.min).toBe(200)
  expect(judgement.figures.whole.errors).toMatchObject({ oldShare: 0.01, newShare: 0.01 })
  expect(judgement.figures.whole.errors.timesAsOften).toBeCloseTo(1)
  expect(judgement.figures.whole.latency.slowerShare).toBeCloseTo(0.5)
})

test.each([
  ['fails more often', answered(100, 5), ['errors']],
  ['is slower for many', answered(100, 1, { slow: 30 }), ['latency']],
  ['is slower for one in ten', answered(100, 1, { slow: 10, until: 5000 }), ['latency']],
  ['does both', answered(100, 5, { slow: 30 }), ['errors', 'latency']],
])('one that %s is bad', (_, newer, worse) => {
  expect(judge(60, { old: answered(900, 9), new: newer })).toMatchObject({ is: 'bad', worse })
})

test('one that fails where the old never did is bad, and how many times as often is not known', () => {
  const judgement = judge(40, { old: answered(900), new: answered(100, 3) })
  expect(judgement).toMatchObject({
    is: 'bad',
    worse: ['errors'],
    figures: { whole: { errors: { timesAsOften: null } } },
  })
})

test.each([
  ['fails less often', answered(900, 90), answered(100, 1)],
  ['is faster', answered(900, 0, { slow: 450 }), answered(100)],
  ['fails as often in a minute in which everything fails', answered(900, 900), answered(100, 100)],
])('one that %s is good', (_, old, newer) => {
  expect(judge(20, { old, new: newer }).is).toBe('good')
})

test('what is sure but does not matter is no reason to go back', () => {
  const many = 1_000_000
  const fails = judge(300, { old: answered(many, 100), new: answered(many, 1000) })
  expect(fails.figures.errors.evidence).toBeGreaterThan(200)
  expect(fails.is).toBe('good')
  const waits = judge(60, { old: answered(many), new: answered(many, 0, { slow: many / 4, until: 50 }) })
  expect(waits).toMatchObject({ is: 'bad', worse: ['latency'] })
  const fewWait = judge(600, { old: answered(many), new: answered(many, 0, { slow: many / 50, until: 50 }) })
  expect(fewWait.figures.latency.evidence).toBeGreaterThan(200)
  expect(fewWait.is).toBe('good')
})

test.each([
  [
    'nobody came',
    20,
    answered(0),
    answered(0),
    ['old-requests', 'new-requests', 'old-latency', 'new-latency', 'fresh-data'],
  ],
  [
    'nobody came to the new',
    20,
    answered(900),
    answered(0),
    ['old-requests', 'new-requests', 'old-latency', 'new-latency', 'fresh-data'],
  ],
  ['few came to the new', 20, answered(900), answered(4), ['new-requests']],
  ['only the first minute was seen', 1, answered(900), answered(100), ['old-latency', 'new-latency']],
  [
    'no waits of the new were told',
    20,
    answered(900),
    { ...answered(100), latency: answered(0).latency },
    ['new-latency'],
  ],
  ['all of few failed', 3, answered(900), answered(3, 3), ['new-requests', 'slices']],
  ['it was not compared for long', 8, answered(900), answered(100), ['slices']],
])('where %s nothing is known', (_, count, old, newer, lacks) => {
  expect(judge(count, { old, new: newer })).toMatchObject({ is: 'inconclusive', lacks })
})

test('without a single slice nothing is known', () => {
  expect(judgeCanary({ slices: [], now: new Date(start) }).is).toBe('inconclusive')
})

test('what was good is not known any longer once nothing more is told', () => {
  const slice = { old: answered(900, 9), new: answered(100, 1) }
  expect(judge(20, slice, { later: 2 }).is).toBe('good')
  expect(judge(20, slice, { later: 5 })).toMatchObject({ is: 'inconclusive', lacks: ['fresh-data'] })
})

test('more requests can be asked for than there were yet', () => {
  const slice = { old: answered(900, 9), new: answered(100, 1) }
  expect(judge(20, slice, { requestsMin: 5000 })).toMatchObject({
    is: 'inconclusive',
    lacks: ['new-requests'],
  })
  expect(judge(50, slice, { requestsMin: 5000 }).is).toBe('good')
})

test('cold caches are not held against it: waits count after the first minute', () => {
  const cold = { at: new Date(start), old: answered(900), new: answered(100, 0, { slow: 100 }) }
  const warm = Array.from({ length: 19 }, (_, index) => ({
    at: new Date(start + (index + 1) * 60_000),
    old: answered(900),
    new: answered(100),
  }))
  expect(judgeCanary({ slices: [cold, ...warm], now: new Date(start + 20 * 60_000) }).is).toBe('good')
})

test('a target that is slow and fails by itself, and has more of the new, does not make the new one bad', () => {
  const slices = Array.from({ length: 20 }, (_, index) => new Date(start + index * 60_000)).flatMap((at) => [
    { at, old: answered(1000, 10), new: answered(100, 1) },
    { at, old: answered(1000, 200, { slow: 1000 }), new: answered(1000, 200, { slow: 1000 }) },
  ])
  const { is, figures } = judgeCanary({ slices, now: new Date(start + 20 * 60_000) })
  expect(is).toBe('good')
  expect(figures.whole.errors.timesAsOften).toBeCloseTo(1)
  expect(figures.whole.latency.slowerShare).toBeCloseTo(0.5)
  // The sums would have said otherwise.
  expect(figures.errors.chance).toBeLessThan(1e-6)
})

test('one that turns slow after hours is bad, though over the whole it is hardly slower', () => {
  const slices = Array.from({ length: 270 }, (_, index) => ({
    at: new Date(start + index * 60_000),
    old: answered(900, 9),
    new: answered(100, 1, { slow: index < 240 ? 0 : 30 }),
  }))
  const { is, figures } = judgeCanary({ slices, now: new Date(start + 270 * 60_000) })
  expect(figures.whole.latency.slowerShare).toBeLessThan(0.52)
  expect(is).toBe('bad')
})

test('one that looks worse and may be chance is not called good, and with more of the same is bad', () => {
  const slice = { old: answered(100), new: answered(100, 5) }
  expect(judge(8, slice)).toMatchObject({ is: 'inconclusive', lacks: ['slices', 'certainty'] })
  expect(judge(20, slice).is).toBe('bad')
})

test('as many errors in one slice, however many, are one error', () => {
  const quiet = { old: answered(900), new: answered(100) }
  const slices = Array.from({ length: 20 }, (_, index) => ({
    at: new Date(start + index * 60_000),
    ...(index === 10 ? { ...quiet, new: answered(100, 100) } : quiet),
  }))
  const { is, figures } = judgeCanary({ slices, now: new Date(start + 20 * 60_000) })
  // Fisher's test is as sure as can be.
  expect(figures.errors.chance).toBeLessThan(1e-50)
  expect(figures.errors.evidence).toBeLessThan(2)
  expect(is).toBe('good')
})

test('the curves say within how long which share of each was answered', () => {
  const { figures } = judge(20, { old: answered(900), new: answered(100, 0, { slow: 50 }) })
  expect(figures.whole.latency.quantiles.find(({ share }) => share === 0.75)).toEqual({
    share: 0.75,
    oldMilliseconds: 10 + 10 * 0.75,
    newMilliseconds: 200 + 300 * 0.5,
  })
})
