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
