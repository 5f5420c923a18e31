import fc from 'fast-check'
import { expect, test } from 'vitest'
import { windowOf } from './limits.ts'

test('a window ends when the next begins, and never longer from now than it is long', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
      fc.integer({ min: 1, max: 900 }),
      (at, windowSeconds) => {
        const limit = { max: 1, windowSeconds }
        const { number, endsInSeconds } = windowOf(at, limit)
        expect(endsInSeconds).toBeGreaterThan(0)
        expect(endsInSeconds).toBeLessThanOrEqual(windowSeconds)
        expect(windowOf(new Date(at.getTime() + endsInSeconds * 1000), limit).number).toBe(number + 1)
      },
    ),
  )
})
