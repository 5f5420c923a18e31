import { asId, type Log } from '@slipway/core'
import { deleteRepository, hasRepository } from './builtin/repository.ts'
import { forgetCloneTokens } from './clone-token.ts'
import { type RecordedPush, type RecordPushes, recordPushes } from './record-pushes.ts'

const appsAtOnce = 500
const dayMilliseconds = 86_400_000

/**
 * Finds what was lost: refs that moved while nobody recorded them (a crash between git's move and our row) are
 * recorded, repositories of deleted apps are removed, tokens that ended a day ago are forgotten. To be run every
 * few minutes where the repositories lie. Safe to repeat and to run twice at once. One app's failure is logged
 * and keeps no other from its turn.
 */
export async function sweepRefs(
  parts: RecordPushes & { gitRoot: string; log: Log },
): Promise<RecordedPush[]> {
  const { db, clock, gitRoot, log } = parts
  const recorded: RecordedPush[] = []
  let after = ''
  for (;;) {
    const apps = await db.inSystem('sweep', (tx) =>
      tx.app.findMany({
        where: { id: { gt: after } },
        orderBy: { id: 'asc' },
        take: appsAtOnce,
        select: { id: true, organisationId: true, deletingSince: true, deletedAt: true },
      }),
    )
    for (const row of apps) {
      after = row.id
      const appId = asId('app', row.id)
      const organisationId = asId('organisation', row.organisationId)
      if (!(await hasRepository(gitRoot, appId))) continue
      try {
        if (row.deletedAt) await deleteRepository(gitRoot, appId)
        else if (!row.deletingSince) recorded.push(...(await recordPushes(parts, { organisationId, appId })))
      } catch (error) {
        log.error({ app: appId, err: error }, 'the refs of an app could not be swept')
      }
    }
    if (apps.length < appsAtOnce) break
  }
  const longAgo = new Date(clock.now().getTime() - dayMilliseconds)
  await db.inSystem('sweep', (tx) => forgetCloneTokens(tx, longAgo))
  return recorded
}
