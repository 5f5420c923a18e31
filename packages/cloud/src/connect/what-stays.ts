import type { CloudAccountId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { HostView } from '@slipway/hosts'
import type { Cost, CostLine } from '../costs/cost.ts'
import { costOf, instanceLine, snapshotLine, volumeLine } from '../costs/price.ts'
import { factsOfMachine, serverLines } from '../costs/server-lines.ts'
import { gigabytesOf, snapshotsByRegion } from '../disks/snapshots.ts'
import { connectStackName } from '../names.ts'
import { runnerGigabytes } from '../runner/runner-stack.ts'
import { clusterLines } from '../targets/cluster/cluster-cost.ts'

/** Something that lies in the customer's account and stays when Slipway goes; `stack` is what it is found by there. */
export type Stays = { what: string; region: string; stack: string }

/**
 * What Slipway's stacks hold in an account, and what that costs a month at AWS. The same whether Slipway is
 * connected or not: disconnecting ends nothing.
 */
export async function readWhatStays(
  tx: Tx,
  cloudAccountId: CloudAccountId,
  runners: readonly HostView[],
): Promise<{ things: Stays[]; cost: Cost }> {
  const rows = await tx.stack.findMany({
    where: { cloudAccountId, state: { notIn: ['absent', 'deleted'] } },
    orderBy: { createdAt: 'asc' },
  })
  const things: Stays[] = [
    { what: 'Roles and policies of the connection', region: 'all', stack: connectStackName(cloudAccountId) },
  ]
  const lines: CostLine[] = []
  for (const { kind, region, name, fixed } of rows) {
    const made = factsOfMachine.parse(fixed)
    switch (kind) {
      case 'base':
        things.push({ what: 'Network and bucket (its objects cost what S3 asks)', region, stack: name })
        break
      case 'runner': {
        const runs = runners.some((runner) => runner.region === region && runner.state === 'online')
        things.push({ what: `Runner, ${runs ? 'running' : 'stopped'}`, region, stack: name })
        lines.push(volumeLine(region, 'Disk of the runner', { gigabytes: runnerGigabytes, type: 'gp3' }))
        if (runs && made.instanceType) lines.push(instanceLine(region, made.instanceType))
        break
      }
      case 'edge':
        things.push({
          what: 'What static sites and functions share at CloudFront',
          region: 'all',
          stack: name,
        })
        break
      case 'static':
        things.push({ what: 'Static site at CloudFront, with its certificate', region: 'all', stack: name })
        break
      case 'function':
        things.push({ what: 'Functions with their addresses and logs', region, stack: name })
        break
      case 'front':
        things.push({
          what: 'CloudFront in front of functions, with its certificates',
          region: 'all',
          stack: name,
        })
        break
      case 'cluster': {
        const { instanceType, hosts = 0, zones = 0 } = made
        things.push({ what: 'Cluster of hosts with its load balancer', region, stack: name })
        if (instanceType) lines.push(...clusterLines({ instanceType, hosts, zones }, region))
        break
      }
      case 'server': {
        things.push({ what: 'Server with its disks and address', region, stack: name })
        lines.push(...serverLines(region, made))
        break
      }
    }
  }
  for (const [region, snapshots] of await snapshotsByRegion(tx, cloudAccountId)) {
    const what = `${snapshots.length === 1 ? '1 snapshot' : `${snapshots.length} snapshots`} of disks`
    const gigabytes = snapshots.reduce((sum, snapshot) => sum + gigabytesOf(snapshot), 0)
    things.push({ what, region, stack: 'tag slipway:snapshot' })
    lines.push(snapshotLine(region, `${what}, at most`, gigabytes))
  }
  return { things, cost: costOf(lines) }
}
