import {
  type Cost,
  functionCost,
  idleClusterCost,
  instanceTypeOf,
  serverCost,
  showAmount,
  staticCost,
} from '@slipway/cloud'
import { UserError } from '@slipway/core'
import type { AppPlan, ComputeKind } from '@slipway/manifest'

/** What a deployment changes at AWS, a month at list prices. Micro-dollars as decimal strings; null is unknown, not free. */
export type Infrastructure = {
  lines: { change: 'added' | 'removed' | 'same'; what: string; microDollars: string | null }[]
  nowMicroDollars: string | null
  afterMicroDollars: string | null
  pricesAsOf: string
}

/** A release, as much of it as says what it costs. */
type Priced = {
  plan: AppPlan
  architecture: 'x64' | 'arm64'
  /** Undefined before it is built. */
  sizeBytes: number | undefined
}

/** What a release costs while nobody uses it, by the kind that it is deployed on. */
const costs: Record<ComputeKind, (of: Priced, region: string) => Cost | undefined> = {
  server: machineCost,
  cluster: hostsCost,
  static: ({ sizeBytes }, region) => staticCost({ siteBytes: sizeBytes }, region),
  function: ({ sizeBytes }, region) => functionCost({ releaseBytes: sizeBytes }, region),
}

/** Undefined where its manifest names a machine that does not exist: then the deployment says so. */
export function costOfRelease(kind: ComputeKind, of: Priced, region: string): Cost | undefined {
  return costs[kind](of, region)
}

function hostsCost({ plan, architecture }: Priced, region: string): Cost | undefined {
  if (plan.scale === null) return undefined
  try {
    return idleClusterCost(
      { instanceType: instanceTypeOf(plan.machine, architecture), scale: plan.scale },
      region,
    )
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

function machineCost({ plan, architecture }: Priced, region: string): Cost | undefined {
  try {
    const machine = {
      instanceType: instanceTypeOf(plan.machine, architecture),
      disks: plan.services.flatMap((service) => service.disks),
    }
    return serverCost(machine, region)
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** Lines of both, by what they are in words. Nothing before: nothing stands there yet. Undefined after: not known. */
export function infrastructureChange(
  before: Cost | 'nothing' | undefined,
  after: Cost | undefined,
): Infrastructure {
  const nothing: Cost = { lines: [], totalMicroDollars: 0n, pricesAsOf: '' }
  const unknown: Cost = { ...nothing, totalMicroDollars: null }
  const now = before === 'nothing' ? nothing : (before ?? unknown)
  const next = after ?? unknown
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
