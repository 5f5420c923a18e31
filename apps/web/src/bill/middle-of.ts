/** Half-way between the ends of a range, in whole micro-dollars. */
export function middleOf({ low, high }: { low: string; high: string }): string {
  return String((BigInt(low) + BigInt(high)) / 2n)
}
