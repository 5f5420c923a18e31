import { createHash } from 'node:crypto'
import { asId, type DeploymentId, type ExecutionId, type ReleaseId } from '@slipway/core'

/** The same deployment of the same attempt has the same id, so that beginning it twice is beginning it once. */
export function deploymentIdOf(executionId: ExecutionId, path: string, attempt: number): DeploymentId {
  return asId('deployment', `dep_${digest(`${executionId} ${path} ${attempt}`)}`)
}

/** The release that a build will become is named before it is built: the runner puts it there by that name. */
export function releaseIdOf(executionId: ExecutionId, attempt: number): ReleaseId {
  return asId('release', `rel_${digest(`${executionId} build ${attempt}`)}`)
}

/** Of a step's command on its runner: once for each attempt of a place. */
export function stepIdOf(executionId: ExecutionId, path: string, attempt: number): string {
  return `${executionId}/${path}/${attempt}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}
