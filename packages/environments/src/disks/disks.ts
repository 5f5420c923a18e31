import {
  costOf,
  deleteSnapshot,
  getSnapshot,
  gigabytesOf,
  listSnapshots,
  type Snapshot,
  showAmount,
  snapshotLine,
  takeSnapshot,
  volumeLine,
} from '@slipway/cloud'
import {
  asId,
  type Clock,
  type DiskRestoreId,
  type DiskSnapshotId,
  newId,
  type OrganisationId,
  UserError,
  type UserErrorFields,
  type UserId,
} from '@slipway/core'
import { announce, type Database, type Tx } from '@slipway/db'
import { enqueue } from '@slipway/jobs'
import type { DiskPlan } from '@slipway/manifest'
import { audit, peopleOf } from '@slipway/organisations'
import { z } from 'zod'
import { type Environment, environmentsOf, findEnvironment } from '../find-app.ts'
import { disksOf } from './disks-of.ts'
import { over, restoreDiskJob } from './restore-job.ts'
import { back, forward } from './restore-steps.ts'

type Place = { app: string; environment: string }

/** Of a list: restores are rare, and the last ones tell what happened. */
const restoresMax = 5

export type SnapshotShown = Pick<Snapshot, 'id' | 'disk' | 'reason' | 'state' | 'error'> & {
  /** The environment whose disk it holds: this one, or another of the app in the same account and region. */
  environment: string
  awsId: string | null
  /** Of the volume when it was taken, and what the snapshot holds in full where EC2 says it. */
  gigabytes: number | null
  sizeBytes: number | null
  askedAt: string
  completedAt: string | null
  by: string | null
  /** A month at AWS's list prices, at most: what it shares with an older one costs once. */
  microDollars: string | null
}

/** The exchange of a disk for one that is made of a snapshot. Times are ISO. */
export type RestoreShown = {
  id: DiskRestoreId
  disk: string
  snapshotId: DiskSnapshotId
  state: 'running' | 'restored' | 'undone' | 'failed'
  steps: { title: string; is: 'done' | 'now' | 'ahead' }[]
  waitsFor: string | null
  error: UserErrorFields | null
  by: string | null
  createdAt: string
  endedAt: string | null
}

/** Crosses the wire as it is. */
export type DisksShown = {
  disks: (Pick<DiskPlan, 'name' | 'path' | 'type' | 'snapshots'> & {
    gigabytes: number
    microDollars: string | null
  })[]
  /** Newest first. */
  snapshots: SnapshotShown[]
  restores: RestoreShown[]
  /** Of the snapshots of this environment together, a month at most. */
  snapshotsMicroDollars: string | null
  pricesAsOf: string
}

/** The disks of an environment, the snapshots that can be restored there, and the last restores. Throws not-found. */
export async function readDisks(
  db: Database,
  organisationId: OrganisationId,
  { app: appName, environment: name }: Place,
): Promise<DisksShown> {
  const read = await db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, appName, name)
    const near = nearOf(environment, await environmentsOf(tx, app.id))
    return {
      environment,
      near,
      disks: await disksOf(tx, environment.id),
      snapshots: await listSnapshots(
        tx,
        near.map(({ id }) => id),
      ),
      restores: await tx.diskRestore.findMany({
        where: { environmentId: environment.id },
        orderBy: { createdAt: 'desc' },
        take: restoresMax,
      }),
    }
  })
  const { region } = read.environment
  const lineOf = (snapshot: Snapshot) => snapshotLine(region, 'Snapshot', gigabytesOf(snapshot))
  const people = await peopleOf(db, [
    ...read.snapshots.flatMap(({ askedBy }) => askedBy ?? []),
    ...read.restores.map(({ askedBy }) => asId('user', askedBy)),
  ])
  const nameOf = (id: string | undefined) => (id === undefined ? null : (people.get(id)?.name ?? null))
  const own = read.snapshots.filter(
    ({ environmentId, state }) => environmentId === read.environment.id && state !== 'failed',
  )
  const cost = costOf(own.map(lineOf))
  return {
    disks: read.disks.map(({ name, path, type, snapshots, sizeGigabytes, iops }) => ({
      name,
      path,
      type,
      snapshots,
      gigabytes: sizeGigabytes,
      microDollars: showAmount(
        volumeLine(region, name, { gigabytes: sizeGigabytes, type, iops: iops ?? undefined }).microDollars,
      ),
    })),
    snapshots: read.snapshots.map((snapshot) => ({
      id: snapshot.id,
      disk: snapshot.disk,
      reason: snapshot.reason,
      state: snapshot.state,
      error: snapshot.error,
      environment: read.near.find(({ id }) => id === snapshot.environmentId)?.name ?? '',
      awsId: snapshot.awsId ?? null,
      gigabytes: snapshot.gigabytes ?? null,
      sizeBytes: snapshot.sizeBytes ?? null,
      askedAt: snapshot.askedAt.toISOString(),
      completedAt: snapshot.completedAt?.toISOString() ?? null,
      by: nameOf(snapshot.askedBy),
      microDollars: snapshot.state === 'failed' ? '0' : showAmount(lineOf(snapshot).microDollars),
    })),
    restores: read.restores.map((row) => ({ ...restoreShown(row), by: nameOf(row.askedBy) })),
    snapshotsMicroDollars: showAmount(cost.totalMicroDollars),
    pricesAsOf: cost.pricesAsOf,
  }
}

/** Takes a snapshot of a disk now. Each call takes one. Throws not-found, snapshot-no-disk and restore-under-way. */
export async function takeSnapshotNow(
  db: Database,
  organisationId: OrganisationId,
  asked: Place & { disk: string; by: UserId },
  clock: Clock,
): Promise<{ snapshotId: DiskSnapshotId }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    await needDisk(tx, environment, asked.disk)
    await refuseWhileRestoring(tx, environment)
    const { cloudAccountId, region, id: environmentId } = environment
    const place = { organisationId, environmentId, cloudAccountId, region }
    const { disk, by } = asked
    const snapshotId = await takeSnapshot(tx, place, { disk, reason: 'now', by }, clock)
    await audit(tx, organisationId, {
      actor: by,
      action: 'disks.take-snapshot',
      subject: environmentId,
      at: clock.now(),
      detail: { app: app.name, environment: environment.name, disk, snapshot: snapshotId },
    })
    return { snapshotId }
  })
}

/** Deletes a snapshot, for good. Throws not-found, and restore-under-way for one that is being restored. */
export async function deleteSnapshotOf(
  db: Database,
  organisationId: OrganisationId,
  asked: Place & { snapshotId: DiskSnapshotId; by: UserId },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const snapshot = await getSnapshot(tx, environment.id, asked.snapshotId)
    const { id } = snapshot
    const inUse = await tx.diskRestore.count({
      where: { step: { not: over }, OR: [{ snapshotId: id }, { keptId: id }] },
    })
    if (inUse > 0) throw underWay(environment.name)
    await deleteSnapshot(tx, organisationId, id)
    await announce(tx, organisationId, `environment:${environment.id}`)
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'disks.delete-snapshot',
      subject: environment.id,
      at: clock.now(),
      detail: { app: app.name, environment: environment.name, disk: snapshot.disk, snapshot: id },
    })
  })
}

/**
 * Begins to exchange a disk for one that is made of a snapshot: of this environment, or of another of the app in the same
 * account and region. `confirm` is the name of the disk, typed by the person. One restore of an environment at a time.
 */
export async function restoreDisk(
  db: Database,
  organisationId: OrganisationId,
  asked: Place & { snapshotId: DiskSnapshotId; confirm: string; by: UserId },
  clock: Clock,
): Promise<{ restoreId: DiskRestoreId }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const near = nearOf(environment, await environmentsOf(tx, app.id))
    const ids = near.map(({ id }) => id)
    const found = (await listSnapshots(tx, ids)).find(({ id }) => id === asked.snapshotId)
    const snapshot = found ?? (await getSnapshot(tx, environment.id, asked.snapshotId))
    const { disk } = snapshot
    if (asked.confirm !== disk) throw notConfirmed(disk)
    if (snapshot.state !== 'completed') throw notComplete(disk)
    const { sizeGigabytes } = await needDisk(tx, environment, disk)
    if (sizeGigabytes < (snapshot.gigabytes ?? 0)) throw diskSmaller(disk, snapshot, sizeGigabytes)
    await refuseWhileRestoring(tx, environment)
    const now = clock.now()
    const restoreId = newId('diskRestore', now)
    await tx.diskRestore.create({
      data: {
        id: restoreId,
        organisationId,
        environmentId: environment.id,
        disk,
        snapshotId: snapshot.id,
        way: 'forward',
        state: 'running',
        step: forward[0]?.name ?? over,
        askedBy: asked.by,
        createdAt: now,
        steppedAt: now,
      },
    })
    await enqueue(tx, restoreDiskJob, { restoreId }, { organisationId })
    await announce(tx, organisationId, `environment:${environment.id}`)
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'disks.restore',
      subject: environment.id,
      at: now,
      detail: { app: app.name, environment: environment.name, disk, snapshot: snapshot.id },
    })
    return { restoreId }
  })
}

/** Those whose snapshots can be restored there: EC2 keeps a snapshot in its account and region. */
function nearOf({ cloudAccountId, region }: Environment, all: readonly Environment[]): Environment[] {
  return all.filter((each) => each.cloudAccountId === cloudAccountId && each.region === region)
}

async function needDisk(tx: Tx, { id, name }: Environment, disk: string): Promise<DiskPlan> {
  const found = (await disksOf(tx, id)).find((each) => each.name === disk)
  if (found !== undefined) return found
  throw new UserError({
    code: 'snapshot-no-disk',
    kind: 'conflict',
    what: `What runs in ${name} has no disk ${disk}.`,
    why: 'Disks are those of the release that is live.',
    todo: 'Deploy a release whose slipway.yaml names it.',
  })
}

async function refuseWhileRestoring(tx: Tx, { id, name }: Environment): Promise<void> {
  const running = await tx.diskRestore.count({ where: { environmentId: id, state: 'running' } })
  if (running > 0) throw underWay(name)
}

const errorShape: z.ZodType<UserErrorFields> = z.looseObject({ code: z.string(), what: z.string() })
const restoreState = z.enum(['running', 'restored', 'undone', 'failed'])

function restoreShown(
  row: Awaited<ReturnType<Tx['diskRestore']['findMany']>>[number],
): Omit<RestoreShown, 'by'> {
  const steps = row.way === 'back' ? back : forward
  const at = row.step === over ? steps.length : steps.findIndex(({ name }) => name === row.step)
  return {
    id: asId('diskRestore', row.id),
    disk: row.disk,
    snapshotId: asId('diskSnapshot', row.snapshotId),
    state: restoreState.parse(row.state),
    steps: steps.map(({ title }, index) => ({
      title,
      is: index < at ? 'done' : index === at ? 'now' : 'ahead',
    })),
    waitsFor: row.waitsFor,
    error: row.error === null ? null : errorShape.parse(row.error),
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  }
}

function notConfirmed(disk: string): UserError {
  return new UserError({
    code: 'restore-not-confirmed',
    kind: 'invalid',
    what: `The name that was typed is not ${disk}.`,
    why: 'A disk is exchanged only when its name is typed: the services stop meanwhile.',
    todo: `Type ${disk} to restore it.`,
  })
}

function notComplete(disk: string): UserError {
  return new UserError({
    code: 'snapshot-not-complete',
    kind: 'conflict',
    what: `This snapshot of ${disk} is not complete.`,
    why: 'EC2 is still at it, or could not take it.',
    todo: 'Wait until it is, or choose another.',
  })
}

function diskSmaller(disk: string, { gigabytes }: Snapshot, now: number): UserError {
  return new UserError({
    code: 'restore-disk-smaller',
    kind: 'conflict',
    what: `The snapshot is of a disk of ${gigabytes} GB, and ${disk} has ${now} GB here.`,
    why: 'A volume that is made of a snapshot is at least as large as the one that it was taken of.',
    todo: `Ask for ${gigabytes} GB in slipway.yaml and deploy, then restore.`,
  })
}

function underWay(environment: string): UserError {
  return new UserError({
    code: 'restore-under-way',
    kind: 'conflict',
    what: `A disk of ${environment} is being restored.`,
    why: 'One restore of an environment goes on at a time, and needs its snapshots until it is over.',
    todo: 'Wait until it is over; the page says how far it is.',
  })
}
