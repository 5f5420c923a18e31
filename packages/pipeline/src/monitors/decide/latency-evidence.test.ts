import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addEvidence, type Evidence, weigh } from './evidence.ts'
import { latencyEvidence, noLatencyEvidence } from './latency-evidence.ts'

/** Each way to choose so many of the pool for the new, with in how many orders of the requests it comes about. */
function waysToShare(pool: readonly number[], drawn: number): Array<{ newer: number[]; ways: number }> {
  const [first, ...rest] = pool
  if (first === undefined) return drawn === 0 ? [{ newer: [], ways: 1 }] : []
  return Array.from({ length: Math.min(first, drawn) + 1 }, (_, count) =>
    waysToShare(rest, drawn - count).map(({ newer, ways }) => ({
      newer: [count, ...newer],
      ways: ways * choose(first, count),
    })),
  ).flat()
}

function choose(of: number, count: number): number {
  let ways = 1
  for (let one = 1; one <= count; one++) ways = (ways * (of - one + 1)) / one
  return ways
}

test('no bet is better than fair: over all ways to share out the waits it keeps what was laid at most', () => {
  const pools = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(pools, fc.integer({ min: 0, max: 12 }), (pool, wanted) => {
      const drawn = Math.min(
        wanted,
        pool.reduce((sum, count) => sum + count, 0),
      )
      const all = waysToShare(pool, drawn)
      const ways = all.reduce((sum, one) => sum + one.ways, 0)
      const means = noLatencyEvidence.bets.map(() => 0)
      for (const { newer, ways: own } of all) {
        const old = pool.map((count, bin) => count - (newer[bin] ?? 0))
        latencyEvidence({ old, new: newer }).forEach((bet, index) => {
          means[index] = (means[index] ?? 0) + (Math.exp(bet) * own) / ways
        })
      }
      for (const mean of means) expect(mean).toBeLessThanOrEqual(1 + 1e-10)
    }),
  )
})

/** The same slice so many times. */
const wins = (old: number[], newer: number[], slices = 1) =>
  weigh(
    Array.from({ length: slices }).reduce<Evidence>(
      (sum) => addEvidence(sum, latencyEvidence({ old, new: newer }), true),
      noLatencyEvidence,
    ),
  )

test.each([
  ['all wait longer', [0, 800, 100, 0], [0, 40, 60, 0]],
  ['one in ten waits for much longer', [0, 900, 0, 0], [0, 90, 0, 10]],
])('where %s in every slice the bets win, and in a single one they do not', (_, old, newer) => {
  expect(wins(old, newer, 30)).toBeGreaterThan(200)
  expect(wins(old, newer)).toBeLessThan(2)
})

test.each([
  ['all wait as long', [100, 700, 100, 0], [11, 78, 11, 0]],
  ['all wait less long', [0, 800, 100, 0], [60, 40, 0, 0]],
])('where %s they lose', (_, old, newer) => {
  expect(wins(old, newer)).toBeLessThan(1)
})

test('a slice with one side alone says nothing', () => {
  expect(wins([5, 5], [0, 0])).toBe(1)
  expect(wins([0, 0], [5, 5])).toBe(1)
})
