import { expect, test } from 'vitest'
import { formatShare, shareCents } from './share-cents.ts'

test('shown cents add up to the total, and go to the largest remainders', () => {
  expect(shareCents([33_333n, 33_333n, 33_334n])).toEqual([3, 3, 4])
  expect(shareCents([5_000n, 5_000n])).toEqual([1, 0])
})

test('for any amounts the sum is right to the cent', () => {
  let seed = 7n
  const next = () => {
    seed = (seed * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n
    return seed >> 40n
  }
  for (let round = 0; round < 200; round++) {
    const amounts = Array.from({ length: 1 + (round % 12) }, next)
    const total = amounts.reduce((sum, amount) => sum + amount, 0n)
    expect(shareCents(amounts).reduce((sum, cents) => sum + cents, 0)).toBe(Number(total / 10_000n))
  }
})

test('an amount under a cent is not mistaken for none', () => {
  expect(formatShare(0, 100n)).toBe('< $0.01')
  expect(formatShare(0, 0n)).toBe('$0.00')
})
