import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import type { Bodies } from '../bodies/keep-bodies.ts'
import type { Balancers } from '../front/balance.ts'
import { asRoot } from './accounts.ts'
import type { Platform } from './platform.ts'

const keepMilliseconds = 1000

/** Where on this machine a name answers, on 127.0.0.1 where no address is said: a host's gate, CloudFront, or a load balancer. */
export type Resolved = { port: number; address?: string } | { problem: string }

type Target = { type: 'address' | 'name'; value: string }

/**
 * What DNS and an elastic address do on AWS: from a service's name to its host's gate on this machine, to its load balancer, or
 * to CloudFront, which knows by the name asked for which distribution is meant. Asks the zone in the emulator; an answer is
 * kept for a second, as a resolver would by its time to live.
 */
export function nameResolver(options: {
  emulatorUrl: string
  platform: Platform
  bodies: Bodies
  balancers: Pick<Balancers, 'portOf'>
}): (host: string) => Promise<Resolved> {
  const route53 = new Route53Client(asRoot(options.emulatorUrl, options.platform.account))
  const known = new Map<string, { until: number; target: Promise<Target | undefined> }>()

  const targetOf = async (host: string): Promise<Target | undefined> => {
    const zone = { HostedZoneId: options.platform.zoneId, MaxItems: 1 }
    const { ResourceRecordSets: records } = await route53.send(
      new ListResourceRecordSetsCommand({ ...zone, StartRecordName: host, StartRecordType: 'A' }),
    )
    const record = records?.find(
      ({ Name, Type }) => Name === `${host}.` && (Type === 'A' || Type === 'CNAME'),
    )
    const value = record?.ResourceRecords?.[0]?.Value
    return value === undefined ? undefined : { type: record?.Type === 'A' ? 'address' : 'name', value }
  }

  return async (host) => {
    const now = Date.now()
    let entry = known.get(host)
    if (!entry || entry.until < now) {
      entry = { until: now + keepMilliseconds, target: targetOf(host) }
      known.set(host, entry)
    }
    const target = await entry.target
    if (!target) return { problem: `No service is called ${host}.` }
    const { type, value } = target
    if (type === 'name') {
      const name = value.replace(/\.$/, '')
      if (name.endsWith('.cloudfront.net')) return { port: Number(new URL(options.emulatorUrl).port) }
      const port = await options.balancers.portOf(name)
      return port === undefined
        ? { problem: `${host} leads to ${value}, and nothing here is called that.` }
        : { port }
    }
    const body = options.bodies.list().find(({ instance }) => instance.publicIp === value)
    if (!body) return { problem: `${host} leads to ${value}, and no instance has that address.` }
    if (!body.gatePort) return { problem: `The instance at ${value} takes no requests.` }
    if (!body.running) return { problem: `The instance at ${value} is ${body.instance.state}.` }
    return { port: body.gatePort, address: body.gateAddress }
  }
}
