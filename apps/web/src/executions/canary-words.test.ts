import { expect, test } from 'vitest'
import type { CanaryShown } from './canary-charts.ts'
import { canaryAxisOf, canaryCharts } from './canary-charts.ts'
import { metricSaid, saidOf, verdictOf } from './canary-words.ts'

const side = { requests: 0, errors: 0, p50Milliseconds: null, p95Milliseconds: null, p99Milliseconds: null }
const canary: CanaryShown = {
  environment: 'production',
  region: 'us-east-1',
  service: 'web',
  releases: { old: 7, new: 8 },
  isOver: false,
  startsAt: '2026-11-24T10:00:00.000Z',
  minutes: [
    {
      percent: 10,
      old: { requests: 900, errors: 0, p50Milliseconds: 7.5, p95Milliseconds: 9.8, p99Milliseconds: 10 },
      new: { requests: 100, errors: 5, p50Milliseconds: 75, p95Milliseconds: 98, p99Milliseconds: 99.5 },
    },
    null,
    { percent: 10, old: { ...side, requests: 1 }, new: side },
  ],
  judgement: {
    is: 'inconclusive',
    worse: [],
    lacks: ['new-latency', 'fresh-data'],
    requests: { old: 901, new: 100 },
    errors: { evidence: 12.4, min: 200, old: 0, new: 5 },
    latency: {
      evidence: 0.96,
      min: 200,
      middle: { old: null, new: null },
      slowestTwentieth: { old: null, new: null },
    },
  },
}
const judged = (change: Partial<CanaryShown['judgement']>) => ({ ...canary.judgement, ...change })

test.each([
  ['good', false, 'No worse so far'],
  ['good', true, 'No worse'],
  ['bad', false, 'Worse: goes back'],
  ['bad', true, 'Worse: went back'],
  ['inconclusive', false, 'Not known yet'],
  ['inconclusive', true, 'Not known'],
] as const)('a canary that is %s, over: %s, is called “%s”', (is, isOver, word) => {
  expect(verdictOf({ judgement: judged({ is }), isOver }).word).toBe(word)
})

test('a bad one says by what it is worse, one that is not known what is missing', () => {
  const bad = { ...canary, judgement: judged({ is: 'bad', worse: ['errors', 'latency'], lacks: [] }) }
  expect(saidOf(bad).title).toBe('Release 8 fails more often and is slower.')
  expect(saidOf(canary).detail).toBe(
    'Missing: waits of the new release after the first minute, requests in the last three minutes.',
  )
})

test('what is worse is called so, and what was found no worse only once all is known', () => {
  const bad = judged({ is: 'bad', worse: ['errors'], lacks: [] })
  expect([metricSaid(bad, 'errors').word, metricSaid(bad, 'latency').word]).toEqual([
    'Worse',
    'Not known to be worse',
  ])
  expect(metricSaid(judged({ is: 'good', lacks: [] }), 'errors').word).toBe('No worse')
})

test('the judgement’s counts stand beside their evidence', () => {
  expect(metricSaid(canary.judgement, 'errors')).toMatchObject({
    counts: '5 of 100 new, 0 of 901 old',
    evidence: '12; 200 decides',
  })
  const { latency } = canary.judgement
  const warm = {
    ...latency,
    evidence: 3e7,
    middle: { old: 7.5, new: 75 },
    slowestTwentieth: { old: 9.8, new: 98.2 },
  }
  expect(metricSaid(judged({ latency: warm }), 'latency')).toMatchObject({
    counts: 'p95 98 ms new, 9.8 ms old; p50 75 ms new, 7.5 ms old',
    evidence: 'over a million; 200 decides',
  })
})

test('both releases are drawn in the same minutes, and a minute without either is a gap', () => {
  const [errors, latency] = canaryCharts(canary)
  expect(errors.lines.map(({ label, values }) => [label, values])).toEqual([
    ['old', [0, null, 0]],
    ['new', [5, null, null]],
  ])
  expect(latency.lines[1]?.values).toEqual([98, null, null])
  expect(errors.say(0)).toBe('new 5 %, 5 of 100; old 0 %, 0 of 900')
  expect(latency.say(0)).toBe('new p50 75, p95 98, p99 99.5 ms; old p50 7.5, p95 9.8, p99 10 ms')
  expect([errors.say(1), errors.say(4)]).toEqual([null, null])
  // An axis of five minutes at least: two points would look like a trend.
  expect(canaryAxisOf(canary).times).toHaveLength(5)
})
