import type { EnvironmentId, OrganisationId } from '@slipway/core'
import type { ScalePlan } from '@slipway/manifest'

/** What the stack of a cluster is made from. Names of things that exist already are given as they are. */
export type ClusterStackConfig = {
  account: string
  region: string
  organisationId: OrganisationId
  environmentId: EnvironmentId
  /** For people: `shop production`. */
  title: string
  /** Of its group, its load balancer and its targets. */
  name: string
  bucket: string
  boundaryArn: string
  vpcId: string
  /** One a zone, at least two: a load balancer takes no less. */
  subnetIds: string[]
  imageId: string
  instanceType: string
  /** Base64, as EC2 takes it. */
  userData: string
  rootGigabytes: number
  gatePort: number
  /** Whole host names that it answers under; the first is that of the certificate. Empty: nobody asks it. */
  hosts: string[]
  scale: ScalePlan
}
