import { ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53'
import type { Cloud } from './cloud.ts'

/** An address rarely changes, and when it does nobody should be sent to the old one for long. */
const secondsToLive = 60

/**
 * Points `<name>.<apps domain>` at an address, in the zone of Slipway's own account. Twice is once: the record is
 * replaced by what it should be.
 */
export async function publishNames(cloud: Cloud, names: readonly string[], address: string): Promise<void> {
  await changeRecords(cloud, 'UPSERT', names, address)
}

/** Takes the names back. Names that are not there are left alone. */
export async function withdrawNames(cloud: Cloud, names: readonly string[], address: string): Promise<void> {
  for (const name of names) {
    try {
      await changeRecords(cloud, 'DELETE', [name], address)
    } catch (error) {
      // Route 53 refuses to delete what is not there, or points elsewhere by now.
      if (!(error instanceof Error && error.name === 'InvalidChangeBatch')) throw error
    }
  }
}

async function changeRecords(
  { own, config }: Cloud,
  Action: 'UPSERT' | 'DELETE',
  names: readonly string[],
  address: string,
): Promise<void> {
  if (names.length === 0) return
  await own.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: config.appsZoneId,
      ChangeBatch: {
        Changes: names.map((name) => ({
          Action,
          ResourceRecordSet: {
            Name: `${name}.${config.appsDomain}`,
            Type: 'A' as const,
            TTL: secondsToLive,
            ResourceRecords: [{ Value: address }],
          },
        })),
      },
    }),
  )
}
