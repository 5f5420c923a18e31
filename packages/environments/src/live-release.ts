import type { EnvironmentId, ReleaseId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { ComputeKind } from '@slipway/manifest'

/** Records that this release is the one that is healthy in the environment; the caller announces it. Twice is safe. */
export async function setLiveRelease(
  tx: Tx,
  environmentId: EnvironmentId,
  releaseId: ReleaseId,
): Promise<void> {
  await tx.environment.updateMany({ where: { id: environmentId }, data: { liveReleaseId: releaseId } })
}

/** Records on what kind the environment runs, chosen with its first deployment. Twice is safe; another is ignored. */
export async function setCompute(tx: Tx, environmentId: EnvironmentId, compute: ComputeKind): Promise<void> {
  await tx.environment.updateMany({ where: { id: environmentId, compute: null }, data: { compute } })
}

/** Records the machine of an environment that runs on one. Twice is safe. */
export async function setMachine(
  tx: Tx,
  environmentId: EnvironmentId,
  machine: { instanceType: string; architecture: string },
): Promise<void> {
  await tx.environment.update({ where: { id: environmentId }, data: machine })
}
