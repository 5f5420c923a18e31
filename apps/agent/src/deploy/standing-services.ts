import type { DeployedService, DeploymentSpec } from '@slipway/protocol'

/** Those that run all the time, each as a process of its own; a cron service runs when it is due. */
export function standingServices(spec: Pick<DeploymentSpec, 'services'>): DeployedService[] {
  return spec.services.filter(({ kind }) => kind !== 'cron')
}
