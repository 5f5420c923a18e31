import { expect, test } from 'vitest'
import { restoreLook, scheduleOf } from './disk-words.ts'

test('a schedule is said in the ages that are kept', () => {
  expect(scheduleOf(null)).toBe('No snapshots by themselves')
  expect(scheduleOf({ hourly: 0, daily: 7, weekly: 4 })).toBe('7 daily, 4 weekly snapshots are kept')
})

test('a restore that went wrong goes back while it runs, and says which disk is there in the end', () => {
  const error = { code: 'restore-late', what: 'web was not healthy.' }
  expect(restoreLook({ state: 'running', error: null })).toEqual({ kind: 'running', word: 'Restores' })
  expect(restoreLook({ state: 'running', error })).toMatchObject({ word: 'Goes back' })
  expect(restoreLook({ state: 'undone', error })).toMatchObject({ word: 'The disk before is back' })
})
