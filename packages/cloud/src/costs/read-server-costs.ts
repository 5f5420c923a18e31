import type { Tx } from '@slipway/db'
import type { Cost } from './cost.ts'
import { costOf } from './price.ts'
import { factsOfMachine, serverLines } from './server-lines.ts'

/**
 * What the servers of these environments cost a month at AWS as they stand, by environment: instance, disks and
 * address at list prices. An environment where nothing stands yet is left out.
 */
export async function readServerCosts(tx: Tx, environmentIds: string[]): Promise<Map<string, Cost>> {
  const rows = await tx.stack.findMany({
    where: {
      kind: 'server',
      environmentId: { in: environmentIds },
      state: { notIn: ['absent', 'deleted'] },
    },
  })
  return new Map(
    rows.flatMap(({ environmentId, region, fixed }) => {
      const machine = factsOfMachine.parse(fixed)
      if (environmentId === null || machine.instanceType === undefined) return []
      return [[environmentId, costOf(serverLines(region, machine))] as const]
    }),
  )
}
