/**
 * Money is whole micro-dollars (1,000,000 = $1) in a bigint: sums never round, and a year of the largest
 * customer stays exact. Rounding happens once, where an invoice line is made (design: billing).
 */
export type MicroDollars = bigint

export const microDollarsPerCent = 10_000n
export const microDollarsPerDollar = 1_000_000n

/** Whole cents, rounded down: the customer never pays a fraction that was not used. Not for negative amounts. */
export function toCents(amount: MicroDollars): number {
  if (amount < 0n) throw new RangeError('an amount to be charged is never negative')
  return Number(amount / microDollarsPerCent)
}

export function fromCents(cents: number): MicroDollars {
  return BigInt(cents) * microDollarsPerCent
}

/** "$13.02"; an amount under a cent but over zero is "< $0.01", so that small is not mistaken for none. */
export function formatMoney(amount: MicroDollars): string {
  if (amount < 0n) return `−${formatMoney(-amount)}`
  if (amount > 0n && amount < microDollarsPerCent) return '< $0.01'
  const cents = amount / microDollarsPerCent
  const dollars = (cents / 100n).toLocaleString('en-US')
  return `$${dollars}.${String(cents % 100n).padStart(2, '0')}`
}
