import type { ScalePlan } from '@slipway/manifest'
import type { Cost, CostLine } from '../../costs/cost.ts'
import { addressLine, balancerLine, costOf, instanceLine, volumeLine } from '../../costs/price.ts'

/** Room for the system, the agent, and some releases with their runtime. */
export const rootGigabytes = 16

type Priced = { instanceType: string; hosts: number; zones: number }

/** What a cluster costs a month at AWS with so many hosts: they run all the time, so that idle is as much as busy. */
export function clusterCost(of: Priced, region: string): Cost {
  return costOf(clusterLines(of, region))
}

/** Each host has a public address to reach out by, since there is no gateway to pay for; the load balancer has one a zone. */
export function clusterLines({ instanceType, hosts, zones }: Priced, region: string): CostLine[] {
  const disk = { gigabytes: rootGigabytes, type: 'gp3' }
  return [
    times(hosts, 'hosts', instanceLine(region, instanceType)),
    times(hosts, 'hosts', volumeLine(region, 'System disk', disk)),
    times(hosts + zones, 'of hosts and the load balancer', addressLine(region)),
    balancerLine(region),
  ]
}

/** Of the least hosts that it may have, and of three zones, which is what an account's network has where the region does. */
export function idleClusterCost(
  { instanceType, scale }: { instanceType: string; scale: Pick<ScalePlan, 'min'> },
  region: string,
): Cost {
  return clusterCost({ instanceType, hosts: scale.min, zones: 3 }, region)
}

function times(count: number, whose: string, { what, microDollars }: CostLine): CostLine {
  return {
    what: `${what} × ${count} ${whose}`,
    microDollars: microDollars === null ? null : microDollars * BigInt(count),
  }
}
