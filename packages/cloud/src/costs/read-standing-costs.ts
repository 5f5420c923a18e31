import type { Tx } from '@slipway/db'
import type { z } from 'zod'
import { gigabytesOf, type Snapshot, snapshotsIn } from '../disks/snapshots.ts'
import { clusterCost } from '../targets/cluster/cluster-cost.ts'
import { functionCost } from '../targets/function/function-cost.ts'
import { staticCost } from '../targets/static/static-cost.ts'
import type { Cost, CostLine } from './cost.ts'
import { costOf, snapshotLine } from './price.ts'
import { factsOfMachine, serverLines } from './server-lines.ts'

type Facts = z.infer<typeof factsOfMachine>
type CostOfStack = (facts: Facts, region: string, snapshots: readonly Snapshot[]) => Cost | undefined

/** By kind of stack, what it costs as it stands; undefined while nothing is noted of it. */
const costOfStack: Record<string, CostOfStack> = {
  server: (facts, region, snapshots) =>
    facts.instanceType === undefined
      ? undefined
      : costOf([...serverLines(region, facts), ...snapshotLines(region, snapshots)]),
  cluster: ({ instanceType, hosts, zones }, region) =>
    instanceType === undefined || hosts === undefined || zones === undefined
      ? undefined
      : clusterCost({ instanceType, hosts, zones }, region),
  static: ({ siteBytes, siteRegion }, region) =>
    siteBytes === undefined ? undefined : staticCost({ siteBytes }, siteRegion ?? region),
  function: ({ releaseBytes }, region) =>
    releaseBytes === undefined ? undefined : functionCost({ releaseBytes }, region),
}

/**
 * What the environments cost a month at AWS as they stand, by environment: of a server instance, disks, snapshots and
 * address, of a cluster its least hosts and its load balancer, of a site its files, of functions their release, at list
 * prices. An environment where nothing stands yet is left out.
 */
export async function readStandingCosts(tx: Tx, environmentIds: string[]): Promise<Map<string, Cost>> {
  const rows = await tx.stack.findMany({
    where: {
      kind: { in: Object.keys(costOfStack) },
      environmentId: { in: environmentIds },
      state: { notIn: ['absent', 'deleted'] },
    },
  })
  const snapshots = await snapshotsIn(tx, environmentIds)
  return new Map(
    rows.flatMap(({ kind, environmentId, region, fixed }) => {
      if (environmentId === null) return []
      const of = snapshots.get(environmentId) ?? []
      const cost = costOfStack[kind]?.(factsOfMachine.parse(fixed), region, of)
      return cost === undefined ? [] : [[environmentId, cost] as const]
    }),
  )
}

function snapshotLines(region: string, snapshots: readonly Snapshot[]): CostLine[] {
  if (snapshots.length === 0) return []
  const gigabytes = snapshots.reduce((sum, snapshot) => sum + gigabytesOf(snapshot), 0)
  const what = snapshots.length === 1 ? '1 snapshot' : `${snapshots.length} snapshots`
  return [snapshotLine(region, `${what} of disks, at most`, gigabytes)]
}
