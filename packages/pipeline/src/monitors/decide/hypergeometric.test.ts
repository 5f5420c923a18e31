import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chanceOfAtLeast, type Draw, meanOver } from './hypergeometric.ts'

const draws = fc.integer({ min: 1, max: 60 }).chain((all) =>
  fc.record({
    all: fc.constant(all),
    marked: fc.integer({ min: 0, max: all }),
    drawn: fc.integer({ min: 0, max: all }),
  }),
)

/** By whole numbers, without any rounding until the end. */
function chances({ all, marked, drawn }: Draw): number[] {
  const choose = (of: number, count: number): bigint => {
    if (count < 0 || count > of) return 0n
    let ways = 1n
    for (let one = 1; one <= count; one++) ways = (ways * BigInt(of - one + 1)) / BigInt(one)
    return ways
  }
  return Array.from(
    { length: drawn + 1 },
    (_, hits) =>
      Number(choose(marked, hits) * choose(all - marked, drawn - hits)) / Number(choose(all, drawn)),
  )
}

test('the chance of at least so many is the sum of the chances of each', () => {
  fc.assert(
    fc.property(draws, (draw) => {
      const each = chances(draw)
      each.forEach((_, hits) => {
        const sum = each.slice(hits).reduce((total, one) => total + one, 0)
        expect(chanceOfAtLeast(draw, hits)).toBeCloseTo(sum, 12)
      })
    }),
  )
})

test('the mean of a figure over all that chance may bring is that of each by its chance', () => {
  fc.assert(
    fc.property(draws, fc.double({ min: -5, max: 5, noNaN: true }), (draw, power) => {
      const figure = (hits: number) => (1 + hits) ** power
      const mean = chances(draw).reduce((sum, chance, hits) => sum + chance * figure(hits), 0)
      expect(meanOver(draw, figure) / mean).toBeCloseTo(1, 10)
    }),
  )
})

test('nothing is lost among millions', () => {
  const draw = { all: 10_000_000, marked: 5_000_000, drawn: 5_000_000 }
  expect(chanceOfAtLeast(draw, 2_500_000)).toBeCloseTo(0.5, 3)
  expect(chanceOfAtLeast(draw, 2_520_000)).toBeLessThan(1e-100)
  expect(chanceOfAtLeast(draw, 4_000_000)).toBe(0)
  expect(chanceOfAtLeast(draw, 1_000_000)).toBe(1)
})
