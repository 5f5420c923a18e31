import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import type { Bodies } from '../bodies/keep-bodies.ts'
import { asRoot } from './accounts.ts'
import type { Platform } from './platform.ts'

const keepMilliseconds = 1000

export type Resolved = { gatePort: number } | { problem: string }

/**
 * What DNS and an elastic address do on AWS: from a service's name to the port of its host's gate on this machine. Asks
 * the zone in the emulator; an answer is kept for a second, as a resolver would by its time to live.
 */
export function nameResolver(options: {
  emulatorUrl: string
  platform: Platform
  bodies: Bodies
}): (host: string) => Promise<Resolved> {
  const route53 = new Route53Client(asRoot(options.emulatorUrl, options.platform.account))
  const known = new Map<string, { until: number; address: Promise<string | undefined> }>()

  const addressOf = async (host: string): Promise<string | undefined> => {
    const zone = { HostedZoneId: options.platform.zoneId, MaxItems: 1 }
    const { ResourceRecordSets: records } = await route53.send(
      new ListResourceRecordSetsCommand({ ...zone, StartRecordName: host, StartRecordType: 'A' }),
    )
    const record = records?.find(({ Name, Type }) => Name === `${host}.` && Type === 'A')
    return record?.ResourceRecords?.[0]?.Value
  }

  return async (host) => {
    const now = Date.now()
    let entry = known.get(host)
    if (!entry || entry.until < now) {
      entry = { until: now + keepMilliseconds, address: addressOf(host) }
      known.set(host, entry)
    }
    const address = await entry.address
    if (!address) return { problem: `No service is called ${host}.` }
    const target = options.bodies.list().find(({ instance }) => instance.publicIp === address)
    if (!target) return { problem: `${host} leads to ${address}, and no instance has that address.` }
    if (!target.gatePort) return { problem: `The instance at ${address} takes no requests.` }
    if (!target.running) return { problem: `The instance at ${address} is ${target.instance.state}.` }
    return { gatePort: target.gatePort }
  }
}
