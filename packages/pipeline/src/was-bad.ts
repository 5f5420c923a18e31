import type { AppId, ExecutionId } from '@slipway/core'
import type { Prisma, Tx } from '@slipway/db'

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
  return (await badMark(tx, appId, sha)) !== undefined
}

/** Columns of a revision. All pushes of one commit to one app have the same. */
export type BadMark = { badSince: Date; badReason: Prisma.InputJsonValue }

/** The mark of a commit of the app; undefined where it has none. */
export async function badMark(tx: Tx, appId: AppId, sha: string): Promise<BadMark | undefined> {
  const row = await tx.revision.findFirst({
    where: { appId, sha, badSince: { not: null } },
    select: { badSince: true, badReason: true },
  })
  return row?.badSince ? { badSince: row.badSince, badReason: row.badReason ?? {} } : undefined
}
