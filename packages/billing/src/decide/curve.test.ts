import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyBasis } from '../testing/any-basis.ts'
import { curveOf } from './curve.ts'
import { minutesByDay } from './days.ts'
import { ceilMinute } from './month.ts'
import { priceOn } from './price.ts'
import { priceBookFor } from './price-book.ts'

test('it rises day by day, and ends with what the month costs so far on either plan', () => {
  fc.assert(
    fc.property(anyBasis, (basis) => {
      const book = priceBookFor(basis.month)
      const days = minutesByDay(basis.awake, basis.month, ceilMinute(basis.until))
      const points = curveOf(basis, days, book)
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
