/** Of the root volume: the system, and the caches of builds. */
export const runnerGigabytes = 30

/** What the stack of a runner is made from: one instance of the base stack's launch template. */
export type RunnerStackConfig = {
  launchTemplateId: string
  launchTemplateVersion: string
  profileName: string
  subnetId: string
  runnerGroupId: string
  zone: string
  imageId: string
  instanceType: string
  /** Base64, as EC2 takes it. */
  userData: string
}
