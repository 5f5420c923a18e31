import type { Memory } from '@slipway/cloud'
import type { ExecutionId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { z } from 'zod'

const outputsSchema = z.record(z.string(), z.string())
const memorySchema = z.object({ outputs: z.string().optional() })

/** What a command left for later steps, in the memory of its own step. */
export function keepOutputs(outputs: Record<string, string>): Memory {
  return { outputs: JSON.stringify(outputs) }
}

/** What the commands of an execution have left so far; of a name that several left, the latest. */
export async function outputsSoFar(tx: Tx, executionId: ExecutionId): Promise<Record<string, string>> {
  const rows = await tx.deploymentStep.findMany({
    where: { executionId, name: 'command', state: 'done' },
    orderBy: [{ endedAt: 'asc' }, { path: 'asc' }],
    select: { memory: true },
  })
  const kept = rows.map(({ memory }) =>
    outputsSchema.parse(JSON.parse(memorySchema.parse(memory).outputs ?? '{}')),
  )
  return Object.assign({}, ...kept)
}
