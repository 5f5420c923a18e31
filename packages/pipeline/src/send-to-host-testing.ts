import { type Cloud, targets } from '@slipway/cloud'
import { deploymentStream } from '@slipway/protocol'
import { begin } from './deployment-rows.ts'
import type { DeploySettings } from './effects/deploy.ts'
import { runSteps } from './run-steps.ts'
import { sayTo } from './say.ts'
import { specOf } from './server-deployment.ts'

const deployStep = targets.server.steps.filter(({ name }) => name === 'deploy')

/** For tests: the real step that sends a release to its host, without those that make the host. Whoever is the host answers in rows. */
export function sendToHost(cloud: Cloud): DeploySettings['runTarget'] {
  return async (deployment, wake, context) => {
    const { organisationId, environment, release, services, executionId } = deployment
    const path = `${deployment.path}/${deployment.attempt}`
    return runSteps(
      context.db,
      { organisationId, executionId, path, deploymentId: deployment.id },
      deployStep,
      (memory) => ({
        ...context,
        cloud,
        organisationId,
        cloudAccountId: environment.cloudAccountId,
        region: environment.region,
        wake,
        memory,
        say: sayTo(
          context.db,
          { organisationId, stream: deploymentStream(deployment.id), path },
          context.clock,
        ),
        deploymentId: deployment.id,
        begin: (tx) => begin(tx, deployment, context.clock),
        isStopping: deployment.isStopping,
        config: {
          environmentId: environment.id,
          app: deployment.app.name,
          environment: environment.name,
          instanceType: 't4g.small',
          disks: release.plan.services.flatMap((service) => service.disks),
          gatePort: environment.gatePort,
          publicNames: services.flatMap(({ publicName }) => publicName ?? []),
          builtAt: undefined,
          spec: specOf(deployment),
        },
      }),
      context.clock,
    )
  }
}
