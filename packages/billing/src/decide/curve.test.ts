import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyBasis } from '../testing/any-basis.ts'
import { curveOf } from './curve.ts'
import { type AwakeHour, type Basis, priceOn } from './price.ts'
import { priceBookFor } from './price-book.ts'

test('it rises day by day, and ends with what the month costs so far on either plan', () => {
  fc.assert(
    fc.property(anyBasis, (any) => {
      const basis = { ...any, awake: eachHourOnce(any.awake) }
      const book = priceBookFor(basis.month)
      const points = curveOf(basis, book)
      const ends = points.map(({ usage, seats }) => [usage, seats] as const)
      for (const [index, [usage, seats]] of ends.entries()) {
        const [usageBefore = 0n, seatsBefore = 0n] = ends[index - 1] ?? []
        expect(usage >= usageBefore && seats >= seatsBefore).toBe(true)
      }
      const last = ends.at(-1) ?? [0n, 0n]
      expect(last).toEqual([priceOn('usage', basis, book).total, priceOn('seats', basis, book).total])
    }),
    { numRuns: 60 },
  )
})

/** As read-basis.ts gives them. */
function eachHourOnce(awake: AwakeHour[]): Basis['awake'] {
  return [...new Map(awake.map((seen) => [`${seen.serviceId} ${seen.hour.getTime()}`, seen])).values()]
}
