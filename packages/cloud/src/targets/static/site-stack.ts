import type { EnvironmentId } from '@slipway/core'

/** What the stack of a site is made from. Names of things that exist already are given as they are. */
export type SiteStackConfig = {
  environmentId: EnvironmentId
  /** For people: `docs production`. */
  title: string
  /** Of its function and its store. */
  name: string
  bucket: string
  /** Of the bucket. */
  region: string
  /** Whole host names that it answers under; the first is that of the certificate. */
  hosts: string[]
  originAccessId: string
  cachePolicyId: string
  responseFunctionArn: string
}
