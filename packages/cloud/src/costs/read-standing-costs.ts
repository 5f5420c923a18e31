import type { Tx } from '@slipway/db'
import { clusterCost } from '../targets/cluster/cluster-cost.ts'
import { functionCost } from '../targets/function/function-cost.ts'
import { staticCost } from '../targets/static/static-cost.ts'
import type { Cost } from './cost.ts'
import { costOf } from './price.ts'
import { factsOfMachine, serverLines } from './server-lines.ts'

/**
 * What the environments cost a month at AWS as they stand, by environment: of a server instance, disks and address, of a
 * cluster its least hosts and its load balancer, of a site its files, of functions their release, at list prices. An
 * environment where nothing stands yet is left out.
 */
export async function readStandingCosts(tx: Tx, environmentIds: string[]): Promise<Map<string, Cost>> {
  const rows = await tx.stack.findMany({
    where: {
      kind: { in: ['server', 'cluster', 'static', 'function'] },
      environmentId: { in: environmentIds },
      state: { notIn: ['absent', 'deleted'] },
    },
  })
  return new Map(
    rows.flatMap(({ kind, environmentId, region, fixed }) => {
      if (environmentId === null) return []
      const facts = factsOfMachine.parse(fixed)
      if (kind === 'static')
        return facts.siteBytes === undefined
          ? []
          : [[environmentId, staticCost({ siteBytes: facts.siteBytes }, facts.siteRegion ?? region)] as const]
      if (kind === 'function')
        return facts.releaseBytes === undefined
          ? []
          : [[environmentId, functionCost({ releaseBytes: facts.releaseBytes }, region)] as const]
      if (kind === 'cluster') {
        const { instanceType, hosts, zones } = facts
        return instanceType === undefined || hosts === undefined || zones === undefined
          ? []
          : [[environmentId, clusterCost({ instanceType, hosts, zones }, region)] as const]
      }
      return facts.instanceType === undefined
        ? []
        : [[environmentId, costOf(serverLines(region, facts))] as const]
    }),
  )
}
