const microDollarsPerCent = 10_000n

/**
 * Cents to show for each amount (micro-dollars), such that they add up to the total's whole cents: each is
 * rounded down, and the cents left over go to the largest remainders, the first of equals first. Amounts are
 * never negative.
 */
export function shareCents(amounts: readonly bigint[]): number[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0n)
  const floors = amounts.map((amount) => amount / microDollarsPerCent)
  const left = Number(total / microDollarsPerCent - floors.reduce((sum, floor) => sum + floor, 0n))
  const byRemainder = amounts
    .map((amount, index) => ({ index, remainder: amount % microDollarsPerCent }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  const raised = new Set(byRemainder.slice(0, left).map(({ index }) => index))
  return floors.map((floor, index) => Number(floor) + (raised.has(index) ? 1 : 0))
}

/** "$0.42" of shown cents; "< $0.01" where there is an amount but no cent of it. */
export function formatShare(cents: number, amount: bigint): string {
  if (cents === 0 && amount > 0n) return '< $0.01'
  return `$${Math.floor(cents / 100).toLocaleString('en-US')}.${String(cents % 100).padStart(2, '0')}`
}
