import { expect, test } from 'vitest'
import { type Taken, whatIsDue } from './what-is-due.ts'

const now = new Date('2026-11-24T10:00:00Z')
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000)
const taken = (reason: string, hours: number, isComplete = true): Taken<string> => ({
  id: `${reason} ${hours}`,
  reason,
  takenAt: ago(hours),
  isComplete,
})
const plan = { hourly: 0, daily: 3, weekly: 0 }

test.each([
  ['nothing yet', [], 'daily'],
  ['one of an hour ago', [taken('daily', 1)], undefined],
  ['one of a day ago, some minutes early', [taken('daily', 23.9)], 'daily'],
  ['only one that a person took', [taken('now', 1)], 'daily'],
  ['one of this week', [taken('weekly', 2)], undefined],
])('%s: what is taken', (_, there, expected) => {
  expect(whatIsDue(plan, there, now).take).toBe(expected)
})

test('the one that is kept longest is taken first, and counts for the others', () => {
  const all = { hourly: 2, daily: 2, weekly: 2 }
  expect(whatIsDue(all, [], now).take).toBe('weekly')
  expect(whatIsDue(all, [taken('weekly', 1)], now).take).toBe('hourly')
  expect(whatIsDue(all, [taken('weekly', 0.1)], now).take).toBeUndefined()
})

test('more than are kept are dropped, the oldest first; those of people, and those that failed, do not count', () => {
  const there = [
    taken('daily', 1, false),
    taken('daily', 2),
    taken('daily', 26),
    taken('now', 27),
    taken('daily', 50),
    taken('daily', 74),
    taken('daily', 98),
  ]
  expect(whatIsDue(plan, there, now).drop).toEqual(['daily 74', 'daily 98'])
})

test('without a schedule nothing is taken and nothing is dropped; the newest one stays whatever is asked', () => {
  expect(whatIsDue(null, [taken('daily', 100)], now)).toEqual({ take: undefined, drop: [] })
  const hourly = { hourly: 1, daily: 0, weekly: 0 }
  expect(whatIsDue(hourly, [taken('daily', 100)], now).drop).toEqual([])
})
