import type { CloudAccountId, EnvironmentId, OrganisationId } from '@slipway/core'
import { z } from 'zod'
import type { Base } from '../../base/ensure-base.ts'
import { boundaryArn } from '../../names.ts'
import type { Connection } from '../../session.ts'
import type { StackRequest } from '../../synth/templates.ts'
import { generationsOf } from './generations.ts'

/** Room for the system, the agent, and some releases with their runtime. */
export const rootGigabytes = 16

/**
 * What was chosen when the environment's host was first made, and stays for its life: a changed image or zone
 * would replace the instance, and changed user data would stop it without being run again.
 */
export const fixedFacts = z.object({
  hostId: z.string(),
  zone: z.string(),
  imageId: z.string(),
  userData: z.string(),
  architecture: z.enum(['arm64', 'x64']),
  /** As host.json has them: name, device and path of each disk. */
  disks: z.string(),
  /** The volumes of disks that were restored: see generations.ts. */
  generations: z.string().optional(),
})
export type Fixed = z.infer<typeof fixedFacts>

/** What a server is asked to be now; what was fixed for its life stands beside it. */
type Asked = {
  name: string
  environmentId: EnvironmentId
  title: string
  instanceType: string
  /** In the order of their devices. */
  disks: readonly { name: string; gigabytes: number; type: string; iops?: number | undefined }[]
  hasAlarm: boolean
}

type Place = {
  organisationId: OrganisationId
  cloudAccountId: CloudAccountId
  region: string
  connection: Connection
  base: Base
}

/** The stack of an environment on a server. What was asked for before gives the same again, so that nothing is done. */
export function serverRequest(
  { organisationId, cloudAccountId, region, connection, base }: Place,
  { name, disks, ...asked }: Asked,
  fixed: Fixed,
): Extract<StackRequest, { kind: 'server' }> {
  const generations = generationsOf(fixed.generations)
  return {
    kind: 'server',
    name,
    config: {
      account: connection.number,
      region,
      organisationId,
      environmentId: asked.environmentId,
      title: asked.title,
      bucket: base.bucket,
      boundaryArn: boundaryArn(connection.number, cloudAccountId),
      subnetId: base.subnets.find(({ zone }) => zone === fixed.zone)?.subnetId ?? '',
      hostGroupId: base.hostGroupId,
      zone: fixed.zone,
      imageId: fixed.imageId,
      instanceType: asked.instanceType,
      userData: fixed.userData,
      rootGigabytes,
      disks: disks.map((disk, index) => ({
        ...disk,
        device: deviceOf(index),
        ...(generations[disk.name] && { volumes: generations[disk.name] }),
      })),
      hasAlarm: asked.hasAlarm,
    },
  }
}

/** `/dev/sdf` to `/dev/sdp` are for data: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-device-naming.html */
export function deviceOf(index: number): string {
  return `/dev/sd${String.fromCharCode('f'.charCodeAt(0) + index)}`
}
