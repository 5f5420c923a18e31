import type { EnvironmentId, OrganisationId } from '@slipway/core'
import type { DiskVolume } from './generations.ts'

/** What an environment's stack is made from. Names of things that exist already are given as they are. */
export type ServerStackConfig = {
  account: string
  region: string
  organisationId: OrganisationId
  environmentId: EnvironmentId
  /** Shown as the instance's name: `shop production`. */
  title: string
  bucket: string
  boundaryArn: string
  subnetId: string
  hostGroupId: string
  zone: string
  imageId: string
  instanceType: string
  /** Base64, as EC2 takes it. */
  userData: string
  rootGigabytes: number
  disks: ServerDisk[]
  /** Whether the account granted what an alarm needs: an older connect stack did not. */
  hasAlarm: boolean
}

type ServerDisk = {
  name: string
  /** As EC2 is told it: `/dev/sdf` and on. */
  device: string
  gigabytes: number
  type: string
  iops?: number | undefined
  /** Of a disk that was restored; without it, it has the one volume that it began with, attached. */
  volumes?: DiskVolume[] | undefined
}
