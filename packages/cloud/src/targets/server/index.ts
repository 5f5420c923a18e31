import { connectionOf } from '../../account.ts'
import { baseSteps, late } from '../../base/base-steps.ts'
import type { Cost } from '../../costs/cost.ts'
import { addressLine, alarmLine, costOf, instanceLine, volumeLine } from '../../costs/price.ts'
import { readInstance } from '../../hosts/read-instance.ts'
import { publishNames, recordsFor } from '../../publish-name.ts'
import { releaseStep } from '../copy-release.ts'
import type { Target } from '../target.ts'
import { provision } from './provision.ts'
import { hostNeverCame, hostOf, reachHost } from './reach-host.ts'
import { removeServer } from './remove-server.ts'
import { sendDeployment } from './send-deployment.ts'
import type { ServerConfig } from './server-config.ts'
import { rootGigabytes } from './server-request.ts'

export type ServerStatus = {
  /** As EC2 names it, or `ended`. */
  instance: string
  instanceId: string | undefined
  address: string | undefined
}

/** One instance with its disks and an address: a host on which releases take each other's place. */
export const server: Target<ServerConfig, ServerStatus> = {
  kind: 'server',
  steps: [
    ...baseSteps,
    releaseStep(({ builtAt, spec }: ServerConfig) => ({ builtAt, release: spec.release })),
    {
      name: 'provision',
      title: 'Server',
      limitSeconds: 1800,
      late: () => late('The server', 'aws-server-late'),
      run: provision,
    },
    { name: 'host', title: 'Host online', limitSeconds: 600, late: hostNeverCame, run: reachHost },
    {
      name: 'publish',
      title: 'Name',
      limitSeconds: 120,
      late: () => late("The service's name", 'aws-name-late'),
      async run(context) {
        const { address } = await hostOf(context)
        if (!address) throw new Error(`the host of ${context.config.environmentId} has no address`)
        const to = { type: 'A' as const, value: address }
        await publishNames(context.cloud, recordsFor(context.cloud, context.config.publicNames, to))
        return { state: 'done' }
      },
    },
    {
      name: 'deploy',
      title: 'Deploy',
      // The host's own limits end it before; this is for one that never answers.
      limitSeconds: 4 * 3600,
      late: hostNeverCame,
      run: sendDeployment,
    },
  ],
  async observe(context) {
    const host = await hostOf(context)
    if (!host.instanceId) return { instance: 'ended', instanceId: undefined, address: host.address }
    const { db, organisationId, cloudAccountId, region } = context
    const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
    const { ec2 } = await context.cloud.sessions.clients(connection, 'observe', region)
    const instance = await readInstance(ec2, host.instanceId)
    return { instance: instance?.State?.Name ?? 'ended', instanceId: host.instanceId, address: host.address }
  },
  remove: removeServer,
  idleCost: serverCost,
}

/** What a server costs a month at AWS, line by line. It runs all the time, so that idle is as much as busy. */
export function serverCost(config: Pick<ServerConfig, 'instanceType' | 'disks'>, region: string): Cost {
  return costOf([
    instanceLine(region, config.instanceType),
    volumeLine(region, 'System disk', { gigabytes: rootGigabytes, type: 'gp3' }),
    ...config.disks.map((disk) =>
      volumeLine(region, `Disk ${disk.name}`, {
        gigabytes: disk.sizeGigabytes,
        type: disk.type,
        iops: disk.iops ?? undefined,
      }),
    ),
    addressLine(region),
    alarmLine(region),
  ])
}
