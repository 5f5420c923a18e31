import { type EnvironmentId, UserError } from '@slipway/core'
import { connectionOf } from '../../account.ts'
import { readBase } from '../../base/ensure-base.ts'
import { factsOfMachine } from '../../costs/server-lines.ts'
import { applyStack, type StackProgress } from '../../stacks/apply-stack.ts'
import { changeStackRow, findEnvironmentStack, findStackRow, lockStackRow } from '../../stacks/stack-row.ts'
import type { AccountContext } from '../target.ts'
import { attached, attachedNumber, type DiskVolume, detached, generationsOf, without } from './generations.ts'
import { fixedFacts, serverRequest } from './server-request.ts'

/** A disk of an environment, which `title` names for people: `shop production`. */
export type DiskOf = { environmentId: EnvironmentId; title: string; disk: string }

/** Takes the disk off its host, which is stopped. Safe to repeat, as all of these. */
export function detachDisk(context: AccountContext, of: DiskOf): Promise<StackProgress> {
  return changeVolumes(context, of, detached)
}

/** Puts the volume of this number in its place: one that is there, or one that is made of a snapshot of EC2's. */
export function attachDisk(
  context: AccountContext,
  of: DiskOf,
  volume: { number: number; snapshotId?: string },
): Promise<StackProgress> {
  return changeVolumes(context, of, (volumes) => attached(volumes, volume))
}

/** Deletes that volume of the disk where it is not attached; what it held is in a snapshot, or was one. */
export function dropVolume(context: AccountContext, of: DiskOf, number: number): Promise<StackProgress> {
  return changeVolumes(context, of, (volumes) => without(volumes, number))
}

/**
 * No volume is attached, and that one is left out: one that could not be made is not asked for again, and one that was is
 * deleted where it was taken off before.
 */
export function forgetVolume(context: AccountContext, of: DiskOf, number: number): Promise<StackProgress> {
  return changeVolumes(context, of, (volumes) => without(detached(volumes), number))
}

/** The number of the volume that the disk is now, and of the one that a restore makes next. */
export async function volumeNumbers(
  { db, organisationId, cloudAccountId, region }: AccountContext,
  { environmentId, disk }: Pick<DiskOf, 'environmentId' | 'disk'>,
): Promise<{ now: number; next: number }> {
  const fixed = await db.inOrganisation(organisationId, async (tx) => {
    const name = await findEnvironmentStack(tx, environmentId, 'server')
    return name === undefined ? undefined : (await findStackRow(tx, { cloudAccountId, region, name }))?.fixed
  })
  const volumes = generationsOf(fixed?.generations)[disk]
  const numbers = (volumes ?? []).map(({ number }) => number)
  return { now: attachedNumber(volumes) ?? 0, next: Math.max(0, ...numbers) + 1 }
}

async function changeVolumes(
  context: AccountContext,
  { environmentId, title, disk }: DiskOf,
  change: (volumes: readonly DiskVolume[] | undefined) => DiskVolume[],
): Promise<StackProgress> {
  const { db, organisationId, cloudAccountId, region, clock } = context
  const request = await db.inOrganisation(organisationId, async (tx) => {
    const name = await findEnvironmentStack(tx, environmentId, 'server')
    if (name === undefined) throw noServer(title)
    const row = await lockStackRow(tx, { cloudAccountId, region, name })
    const generations = generationsOf(row.fixed.generations)
    const changed = { ...generations, [disk]: change(generations[disk]) }
    const fixed = { ...row.fixed, generations: JSON.stringify(changed) }
    await changeStackRow(tx, row.id, { fixed }, clock.now())
    const machine = factsOfMachine.parse(fixed)
    if (machine.instanceType === undefined) throw noServer(title)
    const place = {
      ...context,
      connection: await connectionOf(tx, cloudAccountId),
      base: await readBase(tx, context),
    }
    const asked = {
      name,
      environmentId,
      title,
      instanceType: machine.instanceType,
      disks: machine.volumes ?? [],
      hasAlarm: machine.alarms === 1,
    }
    return serverRequest(place, asked, fixedFacts.parse(fixed))
  })
  return applyStack(context, request, { environmentId })
}

function noServer(title: string): UserError {
  return new UserError({
    code: 'snapshot-no-disk',
    kind: 'conflict',
    what: `There is no server of ${title} with a disk.`,
    why: 'It was not deployed yet, or its stack was deleted.',
    todo: 'Deploy first.',
  })
}
