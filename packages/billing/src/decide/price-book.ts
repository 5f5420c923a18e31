import type { MicroDollars } from '@slipway/core'

export type PriceBook = {
  version: string
  /** Months from this one on are priced by it. */
  from: Date
  minuteMicroDollars: MicroDollars
  /** Awake minutes of a month on the usage plan that cost nothing. */
  freeMinutes: number
  /** Graduated: each tier's price holds for the seats inside it. A month's price. */
  seatTiers: { upTo: number; microDollars: MicroDollars }[]
  /** All seats together never cost more in a month. */
  seatsMicroDollarsMax: MicroDollars
}

/** Our prices (design: billing). A version is never edited: a new price is a new entry with a later `from`. */
const priceBooks: PriceBook[] = [
  {
    version: '2026-01',
    from: new Date('2026-01-01T00:00:00Z'),
    minuteMicroDollars: 100n,
    freeMinutes: 750 * 60,
    seatTiers: [
      { upTo: 10, microDollars: 12_000_000n },
      { upTo: 50, microDollars: 9_000_000n },
      { upTo: Number.POSITIVE_INFINITY, microDollars: 6_000_000n },
    ],
    seatsMicroDollarsMax: 599_000_000n,
  },
]

/** The book that prices a month. Throws RangeError for a month before the first book. */
export function priceBookFor(month: { start: Date }): PriceBook {
  const book = priceBooks.findLast((candidate) => candidate.from <= month.start)
  if (book === undefined) throw new RangeError(`no price book for ${month.start.toISOString()}`)
  return book
}

/** What so many seats cost for a whole month. */
export function seatsMonthly(seats: number, book: PriceBook): MicroDollars {
  let sum = 0n
  let below = 0
  for (const tier of book.seatTiers) {
    const inside = Math.max(0, Math.min(seats, tier.upTo) - below)
    sum += BigInt(inside) * tier.microDollars
    below = tier.upTo
  }
  return sum < book.seatsMicroDollarsMax ? sum : book.seatsMicroDollarsMax
}

/** Above so many awake minutes a month the seats plan is the cheaper one for so many people. */
export function cheaperAboveMinutes(seats: number, book: PriceBook): number {
  return book.freeMinutes + Number(seatsMonthly(seats, book) / book.minuteMicroDollars)
}
