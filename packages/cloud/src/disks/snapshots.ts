import {
  asId,
  type Clock,
  type CloudAccountId,
  type DiskSnapshotId,
  type EnvironmentId,
  newId,
  notFound,
  type OrganisationId,
  type UserErrorFields,
  type UserId,
} from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { enqueue } from '@slipway/jobs'
import { z } from 'zod'
import { storedError } from '../account.ts'
import { lookAtSnapshotJob } from './look-at-snapshot-job.ts'

/** Why one was taken: by the schedule, by a person, or to keep what a restore exchanges. */
const snapshotReasons = ['hourly', 'daily', 'weekly', 'now', 'before-restore'] as const
export type SnapshotReason = (typeof snapshotReasons)[number]

const state = z.enum(['asked', 'pending', 'completed', 'failed', 'deleting', 'deleted'])

/** A snapshot of an environment's disk. */
export type Snapshot = {
  id: DiskSnapshotId
  environmentId: EnvironmentId
  disk: string
  reason: SnapshotReason
  /** `asked`: not yet made; `pending`: EC2 is at it, and what it holds is fixed already. */
  state: z.infer<typeof state>
  /** As EC2 names it. */
  awsId: string | undefined
  /** Of the volume when it was taken. */
  gigabytes: number | undefined
  /** What it holds in full, where EC2 says it. */
  sizeBytes: number | undefined
  error: UserErrorFields | undefined
  askedBy: UserId | undefined
  askedAt: Date
  completedAt: Date | undefined
}

type Place = {
  organisationId: OrganisationId
  environmentId: EnvironmentId
  cloudAccountId: CloudAccountId
  region: string
}

/** Asks for a snapshot of a disk: a row, and the job that takes it. Each call is one of its own. */
export async function takeSnapshot(
  tx: Tx,
  place: Place,
  asked: { disk: string; reason: SnapshotReason; by: UserId | null },
  clock: Clock,
): Promise<DiskSnapshotId> {
  const now = clock.now()
  const id = newId('diskSnapshot', now)
  const { disk, reason, by } = asked
  await tx.diskSnapshot.create({
    data: { id, ...place, disk, reason, state: 'asked', askedBy: by, askedAt: now },
  })
  await enqueue(tx, lookAtSnapshotJob, { snapshotId: id }, { organisationId: place.organisationId })
  await announce(tx, place.organisationId, `environment:${place.environmentId}`)
  return id
}

/** Deletes one, for good. What is deleted or was never made is left alone. */
export async function deleteSnapshot(
  tx: Tx,
  organisationId: OrganisationId,
  id: DiskSnapshotId,
): Promise<void> {
  const { count } = await tx.diskSnapshot.updateMany({
    where: { id, state: { in: ['asked', 'pending', 'completed', 'failed'] } },
    data: { state: 'deleting' },
  })
  if (count > 0) await enqueue(tx, lookAtSnapshotJob, { snapshotId: id }, { organisationId })
}

/** One of an environment. Throws not-found. */
export async function getSnapshot(
  tx: Tx,
  environmentId: EnvironmentId,
  id: DiskSnapshotId,
): Promise<Snapshot> {
  const row = await tx.diskSnapshot.findFirst({ where: { id, environmentId, state: { not: 'deleted' } } })
  if (row === null) throw notFound('snapshot')
  return snapshotOf(row)
}

/** Of an environment, or of several, newest first; those that are deleted are left out. */
export async function listSnapshots(tx: Tx, environmentIds: readonly EnvironmentId[]): Promise<Snapshot[]> {
  const rows = await tx.diskSnapshot.findMany({
    where: { environmentId: { in: [...environmentIds] }, state: { not: 'deleted' } },
    orderBy: [{ askedAt: 'desc' }, { id: 'desc' }],
  })
  return rows.map(snapshotOf)
}

/** Those that lie in the account of environments, by environment. */
export async function snapshotsIn(
  tx: Tx,
  environmentIds: readonly string[],
): Promise<Map<string, Snapshot[]>> {
  const rows = await tx.diskSnapshot.findMany({
    where: { environmentId: { in: [...environmentIds] }, state: { in: stillThere } },
  })
  return grouped(rows, ({ environmentId }) => environmentId)
}

/** Those that lie in an account, of apps that are gone too, by region. */
export async function snapshotsByRegion(
  tx: Tx,
  cloudAccountId: CloudAccountId,
): Promise<Map<string, Snapshot[]>> {
  const rows = await tx.diskSnapshot.findMany({
    where: { cloudAccountId, state: { in: stillThere } },
    orderBy: { region: 'asc' },
  })
  return grouped(rows, ({ region }) => region)
}

/** What costs: from when EC2 began it until it is deleted. */
const stillThere = ['pending', 'completed', 'deleting']

function grouped(rows: readonly Row[], by: (row: Row) => string): Map<string, Snapshot[]> {
  const found = new Map<string, Snapshot[]>()
  for (const row of rows) found.set(by(row), [...(found.get(by(row)) ?? []), snapshotOf(row)])
  return found
}

/** What it is charged for at most: what it holds where EC2 says it, else all of the volume. */
export function gigabytesOf({ gigabytes, sizeBytes }: Pick<Snapshot, 'gigabytes' | 'sizeBytes'>): number {
  return sizeBytes === undefined ? (gigabytes ?? 0) : sizeBytes / 1024 ** 3
}

type Row = NonNullable<Awaited<ReturnType<Tx['diskSnapshot']['findFirst']>>>

function snapshotOf(row: Row): Snapshot {
  return {
    id: asId('diskSnapshot', row.id),
    environmentId: asId('environment', row.environmentId),
    disk: row.disk,
    reason: z.enum(snapshotReasons).parse(row.reason),
    state: state.parse(row.state),
    awsId: row.awsId ?? undefined,
    gigabytes: row.gigabytes ?? undefined,
    sizeBytes: row.sizeBytes === null ? undefined : Number(row.sizeBytes),
    error: row.error === null ? undefined : storedError.parse(row.error),
    askedBy: row.askedBy === null ? undefined : asId('user', row.askedBy),
    askedAt: row.askedAt,
    completedAt: row.completedAt ?? undefined,
  }
}
