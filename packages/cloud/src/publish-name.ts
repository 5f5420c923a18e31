import { ChangeResourceRecordSetsCommand } from '@aws-sdk/client-route-53'
import type { Cloud } from './cloud.ts'

/** An address rarely changes, and when it does nobody should be sent to the old one for long. */
const secondsToLive = 60

/** One record of the apps' domain. `name` is whole, such as `web-shop-abc123.slipway.app`. */
export type NameRecord = { name: string; type: 'A' | 'CNAME'; value: string }

/** `<name>.<apps domain>` for each, leading to an address, or to another name. */
export function recordsFor(
  cloud: Cloud,
  names: readonly string[],
  to: Pick<NameRecord, 'type' | 'value'>,
): NameRecord[] {
  return names.map((name) => ({ name: hostName(cloud, name), ...to }))
}

/** The whole host name of a public name. */
export function hostName({ config }: Cloud, publicName: string): string {
  return `${publicName}.${config.appsDomain}`
}

/**
 * Writes records into the zone of Slipway's own account. Twice is once: a record is replaced by what it should be.
 */
export async function publishNames(cloud: Cloud, records: readonly NameRecord[]): Promise<void> {
  await changeRecords(cloud, 'UPSERT', records)
}

/** Takes records back. Those that are not there are left alone. */
export async function withdrawNames(cloud: Cloud, records: readonly NameRecord[]): Promise<void> {
  for (const record of records) {
    try {
      await changeRecords(cloud, 'DELETE', [record])
    } catch (error) {
      // Route 53 refuses to delete what is not there, or points elsewhere by now.
      if (!(error instanceof Error && error.name === 'InvalidChangeBatch')) throw error
    }
  }
}

async function changeRecords(
  { own, config }: Cloud,
  Action: 'UPSERT' | 'DELETE',
  records: readonly NameRecord[],
): Promise<void> {
  if (records.length === 0) return
  await own.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: config.appsZoneId,
      ChangeBatch: {
        Changes: records.map(({ name, type, value }) => ({
          Action,
          ResourceRecordSet: {
            Name: name,
            Type: type,
            TTL: secondsToLive,
            ResourceRecords: [{ Value: value }],
          },
        })),
      },
    }),
  )
}
