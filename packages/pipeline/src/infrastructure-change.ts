import { type Cost, instanceTypeOf, serverCost, showAmount } from '@slipway/cloud'
import { UserError } from '@slipway/core'
import type { AppPlan } from '@slipway/manifest'

/** What a deployment changes at AWS, a month at list prices. Micro-dollars as decimal strings; null is unknown, not free. */
export type Infrastructure = {
  lines: { change: 'added' | 'removed' | 'same'; what: string; microDollars: string | null }[]
  nowMicroDollars: string | null
  afterMicroDollars: string | null
  pricesAsOf: string
}

type Machine = Parameters<typeof serverCost>[0]

/** What a release runs on. Undefined where its manifest names what does not exist: then the deployment says so. */
export function machineOf(plan: AppPlan, architecture: 'x64' | 'arm64'): Machine | undefined {
  try {
    return {
      instanceType: instanceTypeOf(plan.machine, architecture),
      disks: plan.services.flatMap((service) => service.disks),
    }
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** Lines of both, by what they are in words. Undefined before: nothing stands there yet. */
export function infrastructureChange(
  region: string,
  before: Machine | undefined,
  after: Machine | undefined,
): Infrastructure {
  const nothing: Cost = { lines: [], totalMicroDollars: 0n, pricesAsOf: '' }
  const now = before === undefined ? nothing : serverCost(before, region)
  const next = after === undefined ? { ...nothing, totalMicroDollars: null } : serverCost(after, region)
  const stays = (what: string) => now.lines.some((line) => line.what === what)
  return {
    lines: [
      ...next.lines.map(({ what, microDollars }) => ({
        change: stays(what) ? ('same' as const) : ('added' as const),
        what,
        microDollars: showAmount(microDollars),
      })),
      ...now.lines
        .filter((line) => !next.lines.some(({ what }) => what === line.what))
        .map(({ what, microDollars }) => ({
          change: 'removed' as const,
          what,
          microDollars: showAmount(microDollars),
        })),
    ],
    nowMicroDollars: showAmount(now.totalMicroDollars),
    afterMicroDollars: showAmount(next.totalMicroDollars),
    pricesAsOf: next.pricesAsOf || now.pricesAsOf,
  }
}
