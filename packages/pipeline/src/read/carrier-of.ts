import type { Tx } from '@slipway/db'
import { type Execution, executionSchema } from '../decide/execution.ts'

/** A push with the revision that it was begun for, its newest commit. */
export type Push = Awaited<ReturnType<typeof pushesFrom>>[number]

/** The pushes that may carry the commits from `position` on, in their order. */
export async function pushesFrom(tx: Tx, appId: string, position: number) {
  const rows = await tx.execution.findMany({
    where: { appId, kind: 'push', revision: { position: { gte: position } } },
    orderBy: { revision: { position: 'asc' } },
    include: { revision: { select: { id: true, sha: true, position: true } } },
  })
  return rows.map((row) => ({ ...row, state: stateOf(row.state) }))
}

/** So many pushes may have taken each other's place; more is a circle that cannot be. */
const hopsMax = 100

/**
 * The push that carries a commit: that of its own push, or the newer one that took its place before a stage. Undefined
 * where none has begun yet.
 */
export function carrierOf(pushes: readonly Push[], position: number): Push | undefined {
  let carrier = pushes.find((each) => each.revision.position >= position)
  for (let hops = 0; carrier?.status === 'superseded' && hops < hopsMax; hops++) {
    const by = carrier.state?.end?.by
    const next = by ? pushes.find(({ id }) => id === by) : undefined
    if (next === undefined) break
    carrier = next
  }
  return carrier
}

/** Undefined until the first event was folded in. */
function stateOf(state: unknown): Execution | undefined {
  return executionSchema.safeParse(state).data
}
