import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMoney, fromCents, toCents } from './money.ts'

describe('money', () => {
  it.each([
    [0n, '$0.00'],
    [1n, '< $0.01'],
    [10_000n, '$0.01'],
    [13_020_000n, '$13.02'],
    [1_090_500_000n, '$1,090.50'],
    [-13_020_000n, '−$13.02'],
  ])('shows %d micro-dollars as %s', (amount, text) => {
    expect(formatMoney(amount)).toBe(text)
  })

  it('never charges more than was used, and less than a cent of it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (amount) => {
        const charged = fromCents(toCents(amount))
        return charged <= amount && amount - charged < 10_000n
      }),
    )
  })

  it('refuses to charge a negative amount', () => {
    expect(() => toCents(-1n)).toThrow(RangeError)
  })
})
