import { type HostId, isId, type UserErrorFields } from '@slipway/core'
import { expectHost, updateHost } from '@slipway/hosts'
import type { DiskPlan } from '@slipway/manifest'
import type { HostFile } from '@slipway/protocol'
import { connectionOf } from '../../account.ts'
import { keepWatchingAlarms } from '../../alarms/watch-alarms.ts'
import { type Base, readBase } from '../../base/ensure-base.ts'
import { templateVersionWithAlarms } from '../../connect/template.ts'
import { factsOfMachine } from '../../costs/server-lines.ts'
import { mayWorkInAnotherZone } from '../../decide/explain-stack-failure.ts'
import { architectureOf } from '../../decide/instance-type.ts'
import { findImage } from '../../hosts/find-image.ts'
import { makeHostFile } from '../../hosts/make-host-file.ts'
import { userData } from '../../hosts/user-data.ts'
import { environmentStackName } from '../../names.ts'
import type { Connection } from '../../session.ts'
import { applyStack } from '../../stacks/apply-stack.ts'
import {
  changeStackRow,
  findEnvironmentStack,
  lockStackRow,
  needStackRow,
  notMade,
  type StackRow,
} from '../../stacks/stack-row.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { ServerConfig } from './server-config.ts'
import { deviceOf, type Fixed, fixedFacts, rootGigabytes, serverRequest } from './server-request.ts'

/** Brings the environment's own stack about. Safe to repeat. */
export async function provision(context: DeployContext<ServerConfig>): Promise<StepResult> {
  const { db, organisationId, cloudAccountId, region, clock, config } = context
  const { name, row, base, connection, granted } = await db.inOrganisation(organisationId, async (tx) => {
    const name =
      (await findEnvironmentStack(tx, config.environmentId, 'server')) ??
      environmentStackName(config.app, config.environment, config.environmentId)
    const about = { kind: 'server' as const, environmentId: config.environmentId }
    const key = { cloudAccountId, region, name }
    return {
      name,
      row: await needStackRow(tx, organisationId, key, about, clock.now()),
      base: await readBase(tx, context),
      connection: await connectionOf(tx, cloudAccountId),
      granted: await tx.cloudAccount.findUniqueOrThrow({
        where: { id: cloudAccountId },
        select: { templateVersion: true },
      }),
    }
  })
  const fixed = await fixedFor(context, name, row, base, connection)
  const error = refuseChange(config, fixed, factsOfMachine.safeParse(row.fixed).data?.volumes ?? [])
  if (error) return { state: 'failed', error }

  const progress = await applyStack(
    context,
    serverRequest(
      { ...context, connection, base },
      {
        name,
        environmentId: config.environmentId,
        title: `${config.app} ${config.environment}`,
        instanceType: config.instanceType,
        disks: config.disks.map(({ name, sizeGigabytes, type, iops }) => ({
          name,
          gigabytes: sizeGigabytes,
          type,
          ...(iops !== null && { iops }),
        })),
        // An account whose number was typed never said its version; it was connected by the template of its day.
        hasAlarm: (granted.templateVersion ?? templateVersionWithAlarms) >= templateVersionWithAlarms,
      },
      fixed,
    ),
    { environmentId: config.environmentId },
  )
  switch (progress.state) {
    case 'waiting':
      return { state: 'wait', until: progress.until, on: progress.on }
    case 'failed':
      return await tryAnotherZone(context, row, base, fixed, progress.error)
    case 'ready':
      await noteHost(context, row.id, fixed, progress.outputs)
      return { state: 'done' }
  }
}

/** Chooses once, and reads the choice from then on. A stack that was deleted is chosen for anew. */
async function fixedFor(
  context: DeployContext<ServerConfig>,
  name: string,
  row: StackRow,
  base: Base,
  connection: Connection,
): Promise<Fixed> {
  const { db, organisationId, cloudAccountId, region, clock, config } = context
  const known = chosenBefore(row)
  if (known) return known
  const wanted = architectureOf(config.instanceType)
  const { ec2 } = await context.cloud.sessions.clients(connection, 'observe', region)
  const { imageId, architecture } = await findImage(ec2, [wanted])
  return db.inOrganisation(organisationId, async (tx) => {
    const meanwhile = chosenBefore(await lockStackRow(tx, { cloudAccountId, region, name }))
    if (meanwhile) return meanwhile
    const place = {
      organisationId,
      cloudAccountId,
      region,
      kind: 'host' as const,
      environmentId: config.environmentId,
    }
    const hostId = await expectHost(tx, place, { architecture, instanceType: config.instanceType }, clock)
    const disks = disksOf(config.disks)
    const { environmentId, gatePort } = config
    const file = makeHostFile(context, base.bucket, { kind: 'host', hostId, environmentId, gatePort, disks })
    const chosen: Fixed = {
      hostId,
      zone: base.subnets[0]?.zone ?? '',
      imageId,
      userData: userData(file),
      architecture,
      disks: JSON.stringify(disks),
    }
    await changeStackRow(tx, row.id, { ...notMade, fixed: chosen }, clock.now())
    return chosen
  })
}

function chosenBefore({ fixed, state }: StackRow): Fixed | undefined {
  const known = fixedFacts.safeParse(fixed)
  return known.success && state !== 'deleted' ? known.data : undefined
}

function disksOf(disks: readonly DiskPlan[]): HostFile['disks'] {
  return disks.map(({ name, path }, index) => ({ name, path, device: deviceOf(index) }))
}

function refuseChange(
  config: ServerConfig,
  fixed: Fixed,
  volumes: readonly { name: string; gigabytes: number }[],
): UserErrorFields | undefined {
  for (const { name, gigabytes } of volumes) {
    const smaller = config.disks.find((disk) => disk.name === name && disk.sizeGigabytes < gigabytes)
    if (smaller !== undefined)
      return {
        code: 'disk-smaller',
        kind: 'conflict',
        what: `The disk ${name} has ${gigabytes} GB, and ${smaller.sizeGigabytes} GB are asked for.`,
        why: 'A volume grows in place and never shrinks.',
        todo: `Ask for ${gigabytes} GB or more.`,
      }
  }
  if (architectureOf(config.instanceType) !== fixed.architecture)
    return {
      code: 'host-other-architecture',
      kind: 'conflict',
      what: `This environment's host is ${fixed.architecture}, and ${config.instanceType} is not.`,
      why: "An instance's machine image stays for its life, and an image is of one architecture.",
      todo: 'Choose an instance type of the same architecture, or create a new app and move over.',
    }
  if (JSON.stringify(disksOf(config.disks)) !== fixed.disks && config.disks.length > 0)
    return {
      code: 'host-other-disks',
      kind: 'conflict',
      what: 'The disks of a host that runs already cannot be added to, renamed or moved to another path.',
      why: 'A host learns of its disks when it is made. Their size and type can change at any time.',
      todo: 'Take the change back, or create a new app with the disk and move over.',
    }
  return undefined
}

/** Capacity is a matter of the zone; as long as nothing was ever made in this one, another is as good. */
async function tryAnotherZone(
  { db, organisationId, clock, say, config }: DeployContext<ServerConfig>,
  row: StackRow,
  base: Base,
  fixed: Fixed,
  error: UserErrorFields,
): Promise<StepResult> {
  const next = base.subnets[base.subnets.findIndex(({ zone }) => zone === fixed.zone) + 1]
  if (!next || row.outputs.InstanceId !== undefined || !mayWorkInAnotherZone(error))
    return { state: 'failed', error }
  await say(`${fixed.zone} has no room for ${config.instanceType}; trying ${next.zone}`)
  await db.inOrganisation(organisationId, (tx) =>
    changeStackRow(tx, row.id, { fixed: { ...fixed, zone: next.zone } }, clock.now()),
  )
  return { state: 'wait', until: clock.now(), on: `the zone ${next.zone}` }
}

async function noteHost(
  { db, organisationId, cloudAccountId, region, clock, config }: DeployContext<ServerConfig>,
  stackId: string,
  fixed: Fixed,
  outputs: Record<string, string>,
): Promise<void> {
  const { InstanceId, Address4, HostAlarmName } = outputs
  const { instanceType } = config
  const volumes = config.disks.map(({ name, sizeGigabytes, type, iops }) => ({
    name,
    gigabytes: sizeGigabytes,
    type,
    ...(iops !== null && { iops }),
  }))
  // What it costs can then be told without the manifest, also after a disconnection.
  const made = {
    instanceType,
    rootGigabytes: String(rootGigabytes),
    volumes: JSON.stringify(volumes),
    alarms: HostAlarmName ? '1' : '0',
  }
  await db.inOrganisation(organisationId, async (tx) => {
    await changeStackRow(tx, stackId, { fixed: { ...fixed, ...made } }, clock.now())
    await updateHost(tx, hostIdOf(fixed), {
      instanceType,
      ...(InstanceId && { instanceId: InstanceId }),
      ...(Address4 && { address: Address4 }),
    })
    if (HostAlarmName) await keepWatchingAlarms(tx, { organisationId, cloudAccountId, region }, clock.now())
  })
}

function hostIdOf({ hostId }: Fixed): HostId {
  if (!isId('host', hostId)) throw new Error(`${hostId} is no host`)
  return hostId
}
