import { expect, test } from 'vitest'
import { watchedBy } from './bake-shown.ts'

const asked = {
  minutes: 30,
  requests: 1000,
  monitors: [{ words: 'p99 < 300 ms' }, { words: 'Alarm errors' }],
}
const since = new Date('2026-11-24T14:08:00Z')
const fine = { is: 'fine', of: '2026-11-24T14:29:00Z', words: '171 ms in eu-west-1', reds: [] }

test('before the first look nothing is known, and nothing is said', () => {
  expect(watchedBy(asked, since, {})).toEqual({
    counts: [
      { what: 'minutes', now: null, needed: 30 },
      { what: 'requests', now: null, needed: 1000 },
    ],
    monitors: [
      { words: 'p99 < 300 ms', is: 'not-looked-at', says: null },
      { words: 'Alarm errors', is: 'not-looked-at', says: null },
    ],
  })
})

test('minutes and requests are those of the last look, each monitor with its figure', () => {
  const memory = {
    lookedAt: '2026-11-24T14:30:45.000Z',
    requests: '642',
    'monitor-0': JSON.stringify(fine),
  }
  expect(watchedBy(asked, since, memory)).toMatchObject({
    counts: [{ now: 22 }, { now: 642 }],
    monitors: [{ is: 'fine', says: '171 ms in eu-west-1' }, { is: 'not-looked-at' }],
  })
})

test('minutes beyond those that it needs are not counted, and requests that it does not need neither', () => {
  const memory = { lookedAt: '2026-11-24T15:30:00.000Z', requests: '12' }
  expect(watchedBy({ ...asked, requests: 0 }, since, memory).counts).toEqual([
    { what: 'minutes', now: 30, needed: 30 },
  ])
})
