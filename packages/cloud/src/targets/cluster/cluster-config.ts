import type { CloudAccountId, EnvironmentId } from '@slipway/core'
import type { ScalePlan } from '@slipway/manifest'
import type { DeploymentSpecInput } from '@slipway/protocol'

/** What an environment on a cluster is, and what shall run there. */
export type ClusterConfig = {
  environmentId: EnvironmentId
  /** Names, for people: of the app and the environment. */
  app: string
  environment: string
  /** From `instanceTypeOf`. Its architecture is that of the environment's first release, and stays. */
  instanceType: string
  scale: ScalePlan
  /** Where each host's gate listens: 80 on AWS. */
  gatePort: number
  /** Names to be published in the apps' domain, all leading to the load balancer. */
  publicNames: readonly string[]
  /** The bucket that its build was put into when it was built, and its key there; undefined where that is not known any more. */
  builtAt: { cloudAccountId: CloudAccountId; region: string; key: string } | undefined
  spec: DeploymentSpecInput
}
