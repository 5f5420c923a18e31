import type { EnvironmentId, HostId } from '@slipway/core'
import type { HostFile } from '@slipway/protocol'
import type { AccountContext } from '../targets/target.ts'
import { stsEndpoint } from './prove-identity.ts'

/** What an instance of ours is told at its start: the same for hosts and runners but for what each is. */
export function makeHostFile(
  context: AccountContext,
  bucket: string,
  own:
    | { kind: 'runner'; hostId: HostId }
    | {
        kind: 'host'
        /** Absent where instances are started by a group. */
        hostId?: HostId
        environmentId: EnvironmentId
        gatePort: number
        disks: HostFile['disks']
      },
): HostFile {
  const { hostEndpoint, hostAwsEndpoint } = context.cloud.config
  return {
    disks: [],
    ...own,
    organisationId: context.organisationId,
    cloudAccountId: context.cloudAccountId,
    region: context.region,
    bucket,
    endpoint: hostEndpoint,
    stsEndpoint: stsEndpoint(context.region, hostAwsEndpoint),
    ...(hostAwsEndpoint && { awsEndpoint: hostAwsEndpoint }),
  }
}
