import { expect, test } from 'vitest'
import { chanceMax, chanceOfHigher, chanceOfMore, chanceOfSoMany } from './chance.ts'

test('all looks of all three monitors together are wrong about at most one good release in a hundred', () => {
  const looks = Array.from({ length: 10_000 }, (_, index) => 3 * chanceMax(index + 1, 1))
  expect(looks.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.01)
  expect(chanceMax(1, 4)).toBeCloseTo(chanceMax(1, 1) / 4)
})

// The lady tasting tea: https://en.wikipedia.org/wiki/Lady_tasting_tea
test.each([
  [{ of: 4, hits: 4 }, { of: 4, hits: 0 }, 1 / 70],
  [{ of: 4, hits: 3 }, { of: 4, hits: 1 }, 17 / 70],
  [{ of: 4, hits: 0 }, { of: 4, hits: 4 }, 1],
])('of %o beside %o at least so many come by a chance of %d', (now, before, chance) => {
  expect(chanceOfMore(now, before)).toBeCloseTo(chance, 6)
})

test('it is not lost in large numbers', () => {
  const chance = chanceOfMore({ of: 1000, hits: 30 }, { of: 1_000_000, hits: 1000 })
  expect(chance).toBeGreaterThan(0)
  expect(chance).toBeLessThan(1e-20)
})

test.each([
  [{ of: 3, hits: 3 }, 0.5, 1 / 8],
  [{ of: 3, hits: 2 }, 0.5, 4 / 8],
  [{ of: 20, hits: 0 }, 0.05, 1],
])('%o at a share of %d come by a chance of %d', (seen, share, chance) => {
  expect(chanceOfSoMany(seen, share)).toBeCloseTo(chance, 9)
})

test('equal waits are as likely higher as not, and higher ones are hardly by chance', () => {
  expect(chanceOfHigher([10, 50, 10], [100, 500, 100])).toBeCloseTo(0.5, 6)
  expect(chanceOfHigher([0, 10, 60], [60, 10, 0])).toBeLessThan(1e-20)
  expect(chanceOfHigher([60, 10, 0], [0, 10, 60])).toBeCloseTo(1, 6)
  expect(chanceOfHigher([0, 70], [0, 90])).toBe(1)
})
