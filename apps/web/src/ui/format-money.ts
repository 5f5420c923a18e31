const microDollarsPerCent = 10_000n

/**
 * "$13.02" of whole micro-dollars as they cross the wire (a decimal string). Rounded down to the cent, as an
 * invoice line is; over zero but under a cent is "< $0.01", so that small is not mistaken for none.
 */
export function formatMoney(microDollars: string): string {
  const amount = BigInt(microDollars)
  if (amount < 0n) return `−${formatMoney(String(-amount))}`
  if (amount > 0n && amount < microDollarsPerCent) return '< $0.01'
  const cents = amount / microDollarsPerCent
  return `$${(cents / 100n).toLocaleString('en-US')}.${String(cents % 100n).padStart(2, '0')}`
}

/** "$0.006": a price, with as many digits as it has and at least two. Never rounded. */
export function formatPrice(microDollars: string): string {
  const amount = BigInt(microDollars)
  const fraction = String(amount % 1_000_000n)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '')
  return `$${(amount / 1_000_000n).toLocaleString('en-US')}.${fraction}`
}

/**
 * As `formatMoney`, but an amount under a cent is written with all its digits: for the lines of a sum, which is
 * seen to add up also while it is small.
 */
export function formatSummand(microDollars: string): string {
  const amount = BigInt(microDollars)
  if (amount < 0n) return `−${formatSummand(String(-amount))}`
  return amount < microDollarsPerCent ? formatPrice(microDollars) : formatMoney(microDollars)
}

/** "+$40.28", "−$3.00" or "$0.00": what something changes. */
export function formatDifference(microDollars: string): string {
  const amount = formatMoney(microDollars)
  return BigInt(microDollars) > 0n ? `+${amount}` : amount
}

/** "$39.81 to $41.31", or one amount where both ends are shown alike. */
export function formatRange({ low, high }: { low: string; high: string }): string {
  const [from, to] = [formatMoney(low), formatMoney(high)]
  return from === to ? to : `${from} to ${to}`
}

/** A price that may not be known, which is not the same as none. */
export function formatKnown(microDollars: string | null): string {
  return microDollars === null ? 'unknown' : formatMoney(microDollars)
}
