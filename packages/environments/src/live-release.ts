import type { EnvironmentId, OrganisationId, ReleaseId } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'

/** Records that this release is the one that is healthy in the environment. Twice is safe. */
export async function setLiveRelease(
  tx: Tx,
  organisationId: OrganisationId,
  environmentId: EnvironmentId,
  releaseId: ReleaseId,
): Promise<void> {
  await tx.environment.update({ where: { id: environmentId }, data: { liveReleaseId: releaseId } })
  await announce(tx, organisationId, `environment:${environmentId}`)
}

/** Records on what the environment runs, chosen with its first deployment. Twice is safe. */
export async function setMachine(
  tx: Tx,
  environmentId: EnvironmentId,
  machine: { instanceType: string; architecture: string },
): Promise<void> {
  await tx.environment.update({ where: { id: environmentId }, data: machine })
}
