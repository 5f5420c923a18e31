import { expect, test } from 'vitest'
import { fisherExact } from './fisher-exact.ts'

// Of the lady tasting tea: https://en.wikipedia.org/wiki/Lady_tasting_tea
test.each([
  ['all four are the new ones', { requests: 4, errors: 4 }, { requests: 4, errors: 0 }, 1 / 70],
  ['three of four are', { requests: 4, errors: 3 }, { requests: 4, errors: 1 }, 17 / 70],
  ['none is', { requests: 4, errors: 0 }, { requests: 4, errors: 4 }, 1],
  ['nothing failed', { requests: 100, errors: 0 }, { requests: 900, errors: 0 }, 1],
  ['all failed', { requests: 100, errors: 100 }, { requests: 900, errors: 900 }, 1],
  ['nobody came', { requests: 0, errors: 0 }, { requests: 0, errors: 0 }, 1],
  ['one failed, which was the new one', { requests: 1, errors: 1 }, { requests: 9, errors: 0 }, 1 / 10],
])('%s', (_, newer, old, chance) => {
  expect(fisherExact({ old, new: newer })).toBeCloseTo(chance, 14)
})
