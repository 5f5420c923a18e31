import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type EC2Client,
  type Snapshot as Ec2Snapshot,
} from '@aws-sdk/client-ec2'
import {
  asId,
  type DiskSnapshotId,
  type OrganisationId,
  UserError,
  type UserErrorFields,
} from '@slipway/core'
import { announce, Prisma, type Tx } from '@slipway/db'
import { enqueue, type JobContext } from '@slipway/jobs'
import { z } from 'zod'
import { connectionOf } from '../account.ts'
import type { Cloud } from '../cloud.ts'
import { templateVersionWithSnapshots } from '../connect/template.ts'
import { managedTag } from '../names.ts'
import { volumeOutput } from '../targets/server/template-names.ts'
import { lookAtSnapshotJob } from './look-at-snapshot-job.ts'

/** EC2 takes seconds for a small change and hours for a first snapshot of terabytes. */
const lookAgainMilliseconds = 5000

/** By this a snapshot is found again whose creation was done and whose answer was lost: CreateSnapshot takes no token. */
const snapshotTag = 'slipway:snapshot'

type Context = JobContext & { organisationId: OrganisationId }
type Row = NonNullable<Awaited<ReturnType<Tx['diskSnapshot']['findFirst']>>>

/** Takes a snapshot, follows it until it is complete, or deletes it: whatever its row asks for. Safe to repeat. */
export async function lookAtSnapshot(cloud: Cloud, id: DiskSnapshotId, context: Context): Promise<void> {
  const { db, organisationId } = context
  const row = await db.inOrganisation(organisationId, (tx) => tx.diskSnapshot.findUnique({ where: { id } }))
  if (row === null) return
  try {
    switch (row.state) {
      case 'asked':
        return await take(cloud, row, context)
      case 'pending':
        return await follow(cloud, row, context)
      case 'deleting':
        return await remove(cloud, row, context)
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    await snapshotFailed(id, error.toJSON(), context)
  }
}

/** What is left after the last attempt, or what a person can cure. One that was being deleted may still be there. */
export async function snapshotFailed(
  id: DiskSnapshotId,
  error: UserErrorFields,
  { db, organisationId }: Pick<Context, 'db' | 'organisationId'>,
): Promise<void> {
  await change({ db, organisationId }, id, { state: 'failed', error: { ...error } })
}

async function take(cloud: Cloud, row: Row, context: Context): Promise<void> {
  const volumeId = await volumeOf(row, context)
  const ec2 = await clientFor(cloud, row, context)
  const made = (await findBefore(ec2, row.id)) ?? (await create(ec2, row, volumeId))
  await change(context, asId('diskSnapshot', row.id), {
    state: 'pending',
    awsId: made.SnapshotId ?? null,
    gigabytes: made.VolumeSize ?? null,
  })
  await comeAgain(row, context)
}

async function findBefore(ec2: EC2Client, id: string): Promise<Ec2Snapshot | undefined> {
  const { Snapshots } = await ec2.send(
    new DescribeSnapshotsCommand({
      OwnerIds: ['self'],
      Filters: [{ Name: `tag:${snapshotTag}`, Values: [id] }],
    }),
  )
  return Snapshots?.[0]
}

function create(ec2: EC2Client, { id, disk, environmentId, reason }: Row, VolumeId: string) {
  return ec2.send(
    new CreateSnapshotCommand({
      VolumeId,
      Description: `The disk ${disk} of ${environmentId}, taken by Slipway`,
      TagSpecifications: [
        {
          ResourceType: 'snapshot',
          Tags: [
            { ...managedTag },
            { Key: 'Name', Value: `slipway ${disk} ${reason}` },
            { Key: 'slipway:disk', Value: disk },
            { Key: 'slipway:environment', Value: environmentId },
            { Key: snapshotTag, Value: id },
          ],
        },
      ],
    }),
  )
}

async function follow(cloud: Cloud, row: Row, context: Context): Promise<void> {
  const ec2 = await clientFor(cloud, row, context)
  const seen = await describe(ec2, row.awsId ?? '')
  const id = asId('diskSnapshot', row.id)
  switch (seen?.State) {
    case undefined:
      return snapshotFailed(id, gone(row), context)
    case 'completed': {
      const sizeBytes = seen.FullSnapshotSizeInBytes
      return change(context, id, {
        state: 'completed',
        completedAt: context.clock.now(),
        ...(sizeBytes !== undefined && { sizeBytes: BigInt(sizeBytes) }),
      })
    }
    case 'error':
      return snapshotFailed(id, notTaken(row, seen.StateMessage), context)
    default:
      return comeAgain(row, context)
  }
}

async function remove(cloud: Cloud, row: Row, context: Context): Promise<void> {
  const ec2 = await clientFor(cloud, row, context)
  // It may have been made by a call whose answer was lost.
  const awsId = row.awsId ?? (await findBefore(ec2, row.id))?.SnapshotId
  if (awsId !== undefined)
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId: awsId })).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
  await change(context, asId('diskSnapshot', row.id), { state: 'deleted', error: Prisma.DbNull })
}

async function describe(ec2: EC2Client, id: string): Promise<Ec2Snapshot | undefined> {
  try {
    return (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots?.[0]
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const isMissing = (error: unknown) => error instanceof Error && error.name === 'InvalidSnapshot.NotFound'

async function clientFor(cloud: Cloud, row: Row, { db, organisationId }: Context): Promise<EC2Client> {
  const cloudAccountId = asId('cloudAccount', row.cloudAccountId)
  const connection = await db.inOrganisation(organisationId, async (tx) => {
    const { name, templateVersion } = await tx.cloudAccount.findUniqueOrThrow({
      where: { id: cloudAccountId },
    })
    // An account whose number was typed never said its version; it was connected by the template of its day.
    if ((templateVersion ?? templateVersionWithSnapshots) < templateVersionWithSnapshots)
      throw notGranted(name)
    return connectionOf(tx, cloudAccountId)
  })
  return (await cloud.sessions.clients(connection, 'snapshot', row.region)).ec2
}

/** The volume that the disk is now. */
async function volumeOf(row: Row, { db, organisationId }: Context): Promise<string> {
  const stack = await db.inOrganisation(organisationId, (tx) =>
    tx.stack.findFirst({
      where: { environmentId: row.environmentId, kind: 'server', state: { notIn: ['absent', 'deleted'] } },
      orderBy: { createdAt: 'desc' },
    }),
  )
  const volumeId = z.record(z.string(), z.string()).parse(stack?.outputs ?? {})[volumeOutput(row.disk)]
  if (volumeId === undefined) throw noDisk(row)
  return volumeId
}

async function comeAgain({ id }: Row, { db, organisationId, clock }: Context): Promise<void> {
  const dueAt = new Date(clock.now().getTime() + lookAgainMilliseconds)
  const snapshotId = asId('diskSnapshot', id)
  const key = `${id} ${dueAt.toISOString()}`
  await db.inOrganisation(organisationId, (tx) =>
    enqueue(tx, lookAtSnapshotJob, { snapshotId }, { organisationId, key, dueAt }),
  )
}

async function change(
  { db, organisationId }: Pick<Context, 'db' | 'organisationId'>,
  id: DiskSnapshotId,
  data: Prisma.DiskSnapshotUpdateInput,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const { environmentId } = await tx.diskSnapshot.update({
      where: { id },
      data,
      select: { environmentId: true },
    })
    await announce(tx, organisationId, `environment:${environmentId}`)
  })
}

function noDisk({ disk }: Row): UserError {
  return new UserError({
    code: 'snapshot-no-disk',
    kind: 'conflict',
    what: `There is no disk ${disk} to take a snapshot of.`,
    why: 'The environment was not deployed yet, or its stack was deleted.',
    todo: 'Deploy first.',
  })
}

function notGranted(account: string): UserError {
  return new UserError({
    code: 'snapshot-not-granted',
    kind: 'conflict',
    what: `The connect stack of ${account} does not let Slipway take snapshots yet.`,
    why: 'It was launched before there were any.',
    todo: 'Open the cloud account and update its connect stack.',
  })
}

function notTaken({ disk }: Row, says: string | undefined): UserErrorFields {
  return {
    code: 'snapshot-failed',
    kind: 'failed',
    what: `EC2 could not complete the snapshot of ${disk}.`,
    todo: 'Take another. If that fails too, look at the volume in EC2’s console.',
    ...(says !== undefined && { details: [says] }),
  }
}

function gone({ awsId }: Row): UserErrorFields {
  return {
    code: 'snapshot-gone',
    kind: 'failed',
    what: `The snapshot ${awsId} is not in the account any more.`,
    why: 'It was deleted outside of Slipway before it was complete.',
    todo: 'Take another.',
  }
}
