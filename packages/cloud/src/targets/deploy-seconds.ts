import { type DeploymentSpecInput, deploymentSpec } from '@slipway/protocol'

/** Fetching and unpacking a release, above what its services need to stop, start and prove themselves. */
const fetchSeconds = 300

/** The longest that a deployment of this may rightly take on its host. */
export function deploySeconds(input: DeploymentSpecInput): number {
  const spec = deploymentSpec.parse(input)
  const services = spec.services.map(({ health, stopSeconds }) => health.timeoutSeconds + stopSeconds)
  const canarySeconds = spec.canary?.steps.reduce((sum, step) => sum + step.seconds, 0) ?? 0
  const releaseSeconds = spec.releaseCommand?.timeoutSeconds ?? 0
  const hookSeconds = spec.services
    .flatMap(({ hooks }) => Object.values(hooks ?? {}))
    .reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0)
  // Twice: when the new processes never get healthy, the old ones are started again; a canary waits for requests.
  return (
    fetchSeconds +
    releaseSeconds +
    hookSeconds +
    spec.bakeSeconds +
    2 * canarySeconds +
    2 * services.reduce((sum, seconds) => sum + seconds, 0)
  )
}
