import { expect, test } from 'vitest'
import type { Figures } from '../../figures.ts'
import { judgeMetric, type Rule, ruleWords } from './judge-metric.ts'

const now = new Date('2026-11-24T10:05:10Z')
const startsAt = '2026-11-24T10:00:00.000Z'
type Answered = { requests: number; errors?: number; p99?: number | null }

/** Five minutes from 10:00 on; null where nothing was measured. */
function figures(minutes: (Answered | null)[], change: Partial<Figures> = {}): Figures {
  const gauge = { mean: 1, max: 50 }
  return {
    region: 'eu-west-1',
    from: new Date(startsAt),
    metrics: {
      startsAt,
      stepMinutes: 1,
      services: minutes.map(
        (minute) =>
          minute && {
            minutes: 1,
            requests: minute.requests,
            errors: minute.errors ?? 0,
            p50Milliseconds: null,
            p95Milliseconds: null,
            p99Milliseconds: minute.p99 ?? null,
            cpuPercent: gauge,
            memoryBytes: gauge,
          },
      ),
      hosts: [
        {
          id: 'hst_1',
          instanceId: null,
          steps: minutes.map(
            (minute) =>
              minute && {
                cpuPercent: gauge,
                memoryBytes: gauge,
                memoryTotalBytes: 200,
                diskBytes: { mean: 1, max: 95 },
                diskTotalBytes: 100,
              },
          ),
        },
      ],
    },
    ...change,
  }
}
const below = (metric: Rule['metric'], value: number): Rule => ({ metric, is: 'below', value })
const above = (metric: Rule['metric'], value: number): Rule => ({ metric, is: 'above', value })
const last = (answered: Answered | null) => figures([null, null, null, null, answered])
const slow = { requests: 10, p99: 512 }
const quick = { requests: 10, p99: 40 }
const newest = '2026-11-24T10:04:00.000Z'

test.each([
  ['a figure that is well', below('p99', 300), last(quick), 'fine', '40 ms in eu-west-1'],
  ['a figure that is not', below('p99', 300), last(slow), 'red', '512 ms in eu-west-1'],
  ['the limit itself', below('p99', 300), last({ requests: 1, p99: 300 }), 'red', '300 ms in eu-west-1'],
  [
    'no requests, for a wait',
    below('p99', 300),
    last({ requests: 0 }),
    'inconclusive',
    'no requests from eu-west-1',
  ],
  [
    'no requests, for a share',
    below('errors', 0.01),
    last({ requests: 0 }),
    'inconclusive',
    'no requests from eu-west-1',
  ],
  [
    'no requests, for their number',
    above('requests', 10),
    last({ requests: 0 }),
    'red',
    '0 a minute in eu-west-1',
  ],
  [
    'a share of faults',
    below('errors', 0.01),
    last({ requests: 1000, errors: 18 }),
    'red',
    '1.8 % in eu-west-1',
  ],
  ['no faults', below('errors', 0.01), last({ requests: 3 }), 'fine', '0 % in eu-west-1'],
  ['a processor', below('cpu', 0.8), last(quick), 'fine', '50 % in eu-west-1'],
  ['memory', below('memory', 0.2), last(quick), 'red', '25 % in eu-west-1'],
  ['a disk', below('disk', 0.9), last(quick), 'red', '95 % in eu-west-1'],
  [
    'the newest minute alone',
    below('p99', 300),
    figures([slow, slow, slow, slow, quick]),
    'fine',
    '40 ms in eu-west-1',
  ],
  [
    'the newest that was measured',
    below('p99', 300),
    figures([quick, quick, quick, slow, null]),
    'red',
    '512 ms in eu-west-1',
  ],
  [
    'what is too old',
    below('p99', 300),
    figures([quick, quick, quick, null, null]),
    'inconclusive',
    'no figures from eu-west-1',
  ],
  [
    'nothing',
    above('requests', 10),
    figures([null, null, null, null, null]),
    'inconclusive',
    'no figures from eu-west-1',
  ],
  [
    'minutes of the release before',
    below('p99', 300),
    { ...last(slow), from: new Date('2026-11-24T10:05:00Z') },
    'inconclusive',
    'no figures from eu-west-1',
  ],
] as const)('%s', (_, rule, given, is, words) => {
  expect(judgeMetric(rule, [given], now)).toMatchObject({ is, words })
})

test('red in one place is red, and where one is silent it is not fine', () => {
  const other = (answered: Answered | null) => ({ ...last(answered), region: 'us-east-1' })
  const judged = (...all: Figures[]) => judgeMetric(below('p99', 300), all, now)
  expect(judged(last(quick), other(slow))).toEqual({ is: 'red', of: newest, words: '512 ms in us-east-1' })
  expect(judged(last(null), other(slow))).toMatchObject({ is: 'red' })
  expect(judged(last(quick), other(null))).toMatchObject({
    is: 'inconclusive',
    words: 'no figures from us-east-1',
  })
  expect(judged(last(quick), other(quick))).toMatchObject({
    is: 'fine',
    of: newest,
    words: '40 ms in eu-west-1, 40 ms in us-east-1',
  })
  expect(judged()).toMatchObject({ is: 'inconclusive' })
})

test.each([
  [below('p99', 300), 'p99 < 300 ms'],
  [below('errors', 0.015), 'errors < 1.5 %'],
  [above('requests', 1200), 'requests > 1,200 a minute'],
])('a rule in words', (rule, words) => {
  expect(ruleWords(rule)).toBe(words)
})
