import { expect, test } from 'vitest'
import { whatIsDue } from './what-is-due.ts'

const minute = 60_000
const at = (minutes: number, seconds = 0) => new Date(minutes * minute + seconds * 1000)
const everyMinute = (after: Date) => new Date((Math.floor(after.getTime() / minute) + 1) * minute)

test.each([
  ['nothing before the next time', at(0), at(0, 59), { upTo: undefined, missed: undefined, run: undefined }],
  ['what is due now', at(0), at(1), { upTo: at(1), missed: undefined, run: at(1) }],
  ['what is due and a little late', at(0), at(1, 50), { upTo: at(1), missed: undefined, run: at(1) }],
  [
    'the newest of two, and that the other was missed',
    at(0),
    at(2, 5),
    { upTo: at(2), missed: at(1), run: at(2) },
  ],
  [
    'all that a long way off was missed, but the newest',
    at(0),
    at(60, 5),
    { upTo: at(60), missed: at(59), run: at(60) },
  ],
])('what is due: %s', (_, since, now, { upTo, missed, run }) => {
  const due = whatIsDue(everyMinute, since, now)
  expect([due.upTo, due.missed?.dueAt, due.run?.dueAt]).toEqual([upTo, missed, run])
})

test('how many were missed is counted, and what is late is missed as well', () => {
  expect(whatIsDue(everyMinute, at(0), at(60, 5)).missed?.count).toBe(59)
  const hourly = (after: Date) => new Date((Math.floor(after.getTime() / (60 * minute)) + 1) * 60 * minute)
  expect(whatIsDue(hourly, at(0), at(195))).toEqual({
    upTo: at(180),
    missed: { dueAt: at(180), count: 3 },
    run: undefined,
  })
})

test('a schedule that ends is due no more', () => {
  expect(whatIsDue(() => undefined, at(0), at(5)).upTo).toBeUndefined()
})
