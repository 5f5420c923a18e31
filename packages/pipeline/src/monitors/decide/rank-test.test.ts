import { expect, test } from 'vitest'
import { rankTest, winsOf } from './rank-test.ts'

test('equal waits are no sign, longer ones are hardly by chance, and shorter ones are none', () => {
  expect(rankTest({ new: [10, 50, 10], old: [100, 500, 100] })).toBeCloseTo(0.5, 2)
  expect(rankTest({ new: [0, 10, 60], old: [60, 10, 0] })).toBeLessThan(1e-20)
  expect(rankTest({ new: [60, 10, 0], old: [0, 10, 60] })).toBeCloseTo(1, 6)
})

test.each([
  ['all are in one bin', [0, 70], [0, 90]],
  ['the old had none', [1, 2], [0, 0]],
  ['the new had none', [0, 0], [1, 2]],
  ['nobody came', [], []],
])('it says nothing where %s', (_, newer, old) => {
  expect(rankTest({ new: newer, old })).toBe(1)
})

test('a tie is half a win', () => {
  expect(winsOf({ new: [0, 2], old: [3, 4] })).toBe(2 * 3 + (2 * 4) / 2)
})
