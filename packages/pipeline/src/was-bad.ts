import type { AppId, ExecutionId } from '@slipway/core'
import type { Tx } from '@slipway/db'

/** Whether a person pressed Deploy on this execution. */
export async function wasLetIn(tx: Tx, executionId: ExecutionId): Promise<boolean> {
  const pressed = await tx.executionEvent.findFirst({
    where: { executionId, key: 'deploy-requested' },
    select: { sequence: true },
  })
  return pressed !== null
}

/** Whether this commit of the app is marked bad, by whichever push it came: it deploys only when a person lets it in. */
export async function wasBad(tx: Tx, appId: AppId, sha: string): Promise<boolean> {
  const bad = await tx.revision.findFirst({
    where: { appId, sha, badSince: { not: null } },
    select: { id: true },
  })
  return bad !== null
}
