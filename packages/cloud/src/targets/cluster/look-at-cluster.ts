import { asId, type EnvironmentId, isId, type OrganisationId, UserError } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { defineJob, enqueue, type JobContext } from '@slipway/jobs'
import { z } from 'zod'
import type { Cloud } from '../../cloud.ts'
import { findCluster } from './find-cluster.ts'
import { readMembers } from './read-members.ts'

/** A timer of each cluster: which hosts its group has added and ended by itself. */
export const lookAtCluster = defineJob({
  name: 'cloud.look-at-cluster',
  payload: z.object({
    environmentId: z.custom<EnvironmentId>(
      (value) => typeof value === 'string' && isId('environment', value),
    ),
  }),
  attempts: 3,
  spacingSeconds: 5,
  timeoutSeconds: 60,
})

/** A host that a group has added serves at once; so long it may take until Slipway knows it. */
const lookAgainMilliseconds = 15_000

type Of = { organisationId: OrganisationId; environmentId: EnvironmentId }

/** Sees to it that a cluster is looked at. All who ask meet at the same moments. */
export async function keepLookingAtCluster(
  tx: Tx,
  { organisationId, environmentId }: Of,
  now: Date,
): Promise<void> {
  const dueAt = new Date((Math.floor(now.getTime() / lookAgainMilliseconds) + 1) * lookAgainMilliseconds)
  const key = `${environmentId} ${dueAt.toISOString()}`
  await enqueue(tx, lookAtCluster, { environmentId }, { organisationId, key, dueAt })
}

/** Looks once and sets the next look before, until the cluster is gone. Twice is safe. */
export async function lookAgain(
  cloud: Cloud,
  environmentId: EnvironmentId,
  { db, clock, organisationId }: JobContext & { organisationId: OrganisationId },
): Promise<void> {
  const found = await db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.stack.findFirst({
      where: { environmentId, kind: 'cluster', state: { notIn: ['absent', 'deleting', 'deleted'] } },
      select: { cloudAccountId: true, region: true },
    })
    if (row === null) return undefined
    const place = { cloudAccountId: asId('cloudAccount', row.cloudAccountId), region: row.region }
    await keepLookingAtCluster(tx, { organisationId, environmentId }, clock.now())
    const cluster = await findCluster(tx, place, environmentId)
    return cluster && { place, cluster }
  })
  if (found === undefined) return
  try {
    await readMembers({ db, cloud, clock, organisationId, ...found.place }, environmentId, found.cluster)
  } catch (error) {
    // The account refuses us or was given up: its page says so, and the next look asks again.
    if (!(error instanceof UserError)) throw error
  }
}
