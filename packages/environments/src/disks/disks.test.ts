import { listSnapshots } from '@slipway/cloud'
import { type DiskSnapshotId, type EnvironmentId, makeLog, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { runJob } from '@slipway/jobs'
import { servicePlanSchema } from '@slipway/manifest'
import { listAudit } from '@slipway/organisations'
import { afterAll, expect, test } from 'vitest'
import { findEnvironment } from '../find-app.ts'
import { adoptServices, prepareServices } from '../services.ts'
import { addApp, addTenant } from '../testing.ts'
import { deleteSnapshotOf, readDisks, restoreDisk, takeSnapshotNow } from './disks.ts'
import { takeScheduledHandler } from './take-scheduled.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:10:30Z'))
const schedule = { hourly: 0, daily: 2, weekly: 0 }

/** An app that runs with a disk of 20 GB, `snapshots` as its manifest says. */
async function shop(snapshots: typeof schedule | null = null) {
  const tenant = await addTenant(db, clock)
  const { organisationId, userId } = tenant
  const { name: app } = await addApp(db, tenant, { name: 'shop' }, clock)
  const disk = { name: 'data', path: '/data', sizeGigabytes: 20, type: 'gp3', snapshots }
  const web = { name: 'web', root: '', run: 'node web.js', kind: 'web', disks: [disk], why: [] }
  const plans = [servicePlanSchema.parse(web)]
  const environmentId = await db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app, 'production')
    const of = { organisationId, environmentId: environment.id }
    await prepareServices(tx, { ...of, appName: app }, plans, clock)
    await adoptServices(tx, of, plans, clock)
    return environment.id
  })
  const complete = (id: DiskSnapshotId, gigabytes = 20) =>
    db.inOrganisation(organisationId, (tx) =>
      tx.diskSnapshot.update({
        where: { id },
        data: { state: 'completed', gigabytes, awsId: 'snap-1', completedAt: clock.now() },
      }),
    )
  const at = { app, environment: 'production' }
  const take = async () =>
    (await takeSnapshotNow(db, organisationId, { ...at, disk: 'data', by: userId }, clock)).snapshotId
  return { ...at, at, organisationId, userId, environmentId, complete, take }
}

/** The look of the timer that is due next, at its moment. */
async function hourPasses(
  organisationId: Awaited<ReturnType<typeof shop>>['organisationId'],
): Promise<number> {
  const due = await db.inOrganisation(organisationId, (tx) =>
    tx.outbox.findMany({
      where: { name: 'environments.take-scheduled-snapshots', doneAt: null },
      orderBy: { dueAt: 'asc' },
    }),
  )
  const [next] = due
  if (next === undefined) return 0
  clock.set(next.dueAt)
  const handlers = new Map([takeScheduledHandler()].map((handler) => [handler.job.name, handler]))
  const log = makeLog('test', 'silent')
  await runJob({ db, clock, log, handlers, stopping: AbortSignal.timeout(60_000) }, next.id)
  return due.length
}
const snapshotsIn = (of: {
  organisationId: Parameters<typeof hourPasses>[0]
  environmentId: EnvironmentId
}) => db.inOrganisation(of.organisationId, (tx) => listSnapshots(tx, [of.environmentId]))

test('a deployment of a disk with a schedule begins to follow it, once; older ones than it keeps are deleted', async () => {
  const of = await shop(schedule)
  for (let hour = 0; hour < 26; hour++) expect(await hourPasses(of.organisationId)).toBe(1)
  const taken = await snapshotsIn(of)
  expect(taken).toMatchObject([
    { reason: 'daily', state: 'asked' },
    { reason: 'daily', state: 'asked' },
  ])
  for (const { id } of taken) await of.complete(id)
  for (let hour = 0; hour < 48; hour++) await hourPasses(of.organisationId)
  for (const { id, state } of await snapshotsIn(of)) if (state === 'asked') await of.complete(id)
  await hourPasses(of.organisationId)
  expect((await snapshotsIn(of)).filter(({ state }) => state === 'completed')).toHaveLength(2)
})

test('without a schedule nothing is taken by itself', async () => {
  const of = await shop()
  expect(await hourPasses(of.organisationId)).toBe(0)
})

test('a person takes one, which is shown with who took it and what it costs at most', async () => {
  const of = await shop()
  await of.complete(await of.take())
  const shown = await readDisks(db, of.organisationId, of.at)
  expect(shown.disks).toMatchObject([{ name: 'data', path: '/data', gigabytes: 20, snapshots: null }])
  // $0.05 for each of 20 GB in eu-west-1.
  expect(shown.snapshots).toMatchObject([
    { disk: 'data', reason: 'now', state: 'completed', by: 'Ines', microDollars: '1000000' },
  ])
  expect(shown.snapshotsMicroDollars).toBe('1000000')
  const { entries } = await listAudit(db, of.organisationId)
  expect(entries.map(({ action }) => action)).toContain('disks.take-snapshot')
})

test('a restore begins once, with the name of the disk typed; its snapshot stays until it is over', async () => {
  const of = await shop()
  const snapshotId = await of.take()
  const asked = { ...of.at, snapshotId, confirm: 'data', by: of.userId }
  const restore = (more: object = {}) => restoreDisk(db, of.organisationId, { ...asked, ...more }, clock)
  await expect(restore()).rejects.toMatchObject({ fields: { code: 'snapshot-not-complete' } })
  await of.complete(snapshotId, 40)
  await expect(restore()).rejects.toMatchObject({ fields: { code: 'restore-disk-smaller' } })
  await of.complete(snapshotId)
  await expect(restore({ confirm: 'dta' })).rejects.toMatchObject({
    fields: { code: 'restore-not-confirmed' },
  })
  await restore()
  await expect(restore()).rejects.toMatchObject({ fields: { code: 'restore-under-way' } })
  const gone = deleteSnapshotOf(db, of.organisationId, { ...of.at, snapshotId, by: of.userId }, clock)
  await expect(gone).rejects.toMatchObject({ fields: { code: 'restore-under-way' } })
  const { restores } = await readDisks(db, of.organisationId, of.at)
  expect(restores).toMatchObject([{ disk: 'data', state: 'running', by: 'Ines', error: null }])
  expect(restores[0]?.steps.map(({ is }) => is)).toEqual(['now', ...new Array(7).fill('ahead')])
})

test('a disk that is not there has no snapshots, and a snapshot of another app is not found', async () => {
  const of = await shop()
  const other = await shop()
  const asked = { ...of.at, disk: 'cache', by: of.userId }
  await expect(takeSnapshotNow(db, of.organisationId, asked, clock)).rejects.toMatchObject({
    fields: { code: 'snapshot-no-disk' },
  })
  const theirs = { ...of.at, snapshotId: await other.take(), confirm: 'data', by: of.userId }
  await expect(restoreDisk(db, of.organisationId, theirs, clock)).rejects.toMatchObject({
    fields: { code: 'not-found' },
  })
})
