import { deleteSnapshot, listSnapshots, takeSnapshot } from '@slipway/cloud'
import { type Clock, type EnvironmentId, isId, type OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { defineJob, enqueue, type Handler, handle } from '@slipway/jobs'
import type { DiskPlan } from '@slipway/manifest'
import { z } from 'zod'
import { getEnvironmentById } from '../find-app.ts'
import { whatIsDue } from './decide/what-is-due.ts'
import { disksOf } from './disks-of.ts'

/** A timer of each environment whose disks have a schedule. */
const takeScheduledJob = defineJob({
  name: 'environments.take-scheduled-snapshots',
  payload: z.object({
    environmentId: z.custom<EnvironmentId>(
      (value) => typeof value === 'string' && isId('environment', value),
    ),
  }),
  attempts: 10,
  spacingSeconds: 30,
  timeoutSeconds: 60,
})

const lookEachMilliseconds = 3_600_000

/** Sees to it that the schedules of these disks are followed. All who ask meet at the same moments; twice is safe. */
export async function keepTakingSnapshots(
  tx: Tx,
  { organisationId, environmentId }: { organisationId: OrganisationId; environmentId: EnvironmentId },
  disks: readonly DiskPlan[],
  clock: Clock,
): Promise<void> {
  if (disks.every(({ snapshots }) => snapshots === null)) return
  const next = (Math.floor(clock.now().getTime() / lookEachMilliseconds) + 1) * lookEachMilliseconds
  const dueAt = new Date(next)
  const key = `${environmentId} ${dueAt.toISOString()}`
  await enqueue(tx, takeScheduledJob, { environmentId }, { organisationId, key, dueAt })
}

/**
 * Takes what is due by the disks' schedules and deletes what is more than they keep. The next look is set in the same
 * transaction. After an outage of ours the first look takes what was missed, once.
 */
export function takeScheduledHandler(): Handler {
  return handle(takeScheduledJob, async ({ environmentId }, { db, clock, organisationId }) => {
    if (organisationId === undefined) throw new Error('an environment belongs to an organisation')
    await db.inOrganisation(organisationId, async (tx) => {
      const environment = await getEnvironmentById(tx, environmentId)
      const isGone = await tx.environment.count({ where: { id: environmentId, deletedAt: { not: null } } })
      if (isGone > 0) return
      const { cloudAccountId, region } = environment
      const place = { organisationId, environmentId, cloudAccountId, region }
      const disks = await disksOf(tx, environmentId)
      // Its disk is off meanwhile; the next look takes what is due.
      const isRestoring = (await tx.diskRestore.count({ where: { environmentId, state: 'running' } })) > 0
      const snapshots = await listSnapshots(tx, [environmentId])
      for (const { name, snapshots: plan } of disks) {
        const taken = snapshots
          .filter(({ disk, state }) => disk === name && state !== 'deleting')
          .map(({ id, reason, askedAt, state }) => ({
            id,
            reason,
            takenAt: askedAt,
            isComplete: state === 'completed',
          }))
        const due = whatIsDue(plan, taken, clock.now())
        if (due.take !== undefined && !isRestoring)
          await takeSnapshot(tx, place, { disk: name, reason: due.take, by: null }, clock)
        for (const id of due.drop) await deleteSnapshot(tx, organisationId, id)
      }
      await keepTakingSnapshots(tx, place, disks, clock)
    })
  })
}
