import { expect, test } from 'vitest'
import { isOver, runLook, scheduleWords } from './run-words.ts'

const run = { state: 'failed', code: null, missed: null }

test.each([
  [{ ...run, code: 3 }, 'Failed, code 3'],
  [run, 'Failed'],
  [{ ...run, state: 'missed', missed: 1 }, 'Missed, the host was away'],
  [{ ...run, state: 'missed', missed: 12 }, '12 missed, the host was away'],
  [{ ...run, state: 'succeeded', code: 0 }, 'Ended well'],
])('%j is said as %s', (shown, word) => {
  expect(runLook(shown).word).toBe(word)
})

test('what waits or runs is not over', () => {
  expect(['waiting', 'running', 'failed', 'missed'].map((state) => isOver({ state }))).toEqual([
    false,
    false,
    true,
    true,
  ])
})

test('a schedule is said with its zone and what becomes of runs that meet', () => {
  expect(scheduleWords({ cron: '0 3 * * *', zone: 'UTC', overlap: 'replace' })).toBe(
    '0 3 * * *, UTC; a run that still goes on is ended by the next',
  )
})
