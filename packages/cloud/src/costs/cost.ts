import type { MicroDollars } from '@slipway/core'

/**
 * What something costs a month at AWS, as list prices before tax say. An amount that is not known is null, and
 * so is the total of which it is a part: unknown is not free.
 */
export type Cost = { lines: CostLine[]; totalMicroDollars: MicroDollars | null; pricesAsOf: string }

export type CostLine = {
  /** In words: `t4g.small, running all month`. */
  what: string
  microDollars: MicroDollars | null
}

/** As it crosses the wire: micro-dollars as decimal strings; null stays unknown. */
export type CostShown = {
  lines: { what: string; microDollars: string | null }[]
  totalMicroDollars: string | null
  pricesAsOf: string
}

export function showCost({ lines, totalMicroDollars, pricesAsOf }: Cost): CostShown {
  return {
    lines: lines.map(({ what, microDollars }) => ({ what, microDollars: showAmount(microDollars) })),
    totalMicroDollars: showAmount(totalMicroDollars),
    pricesAsOf,
  }
}

export function showAmount(amount: MicroDollars | null): string | null {
  return amount === null ? null : String(amount)
}
