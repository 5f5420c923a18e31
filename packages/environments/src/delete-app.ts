import {
  costOf,
  deleteSnapshot,
  gigabytesOf,
  listSnapshots,
  objectsLine,
  showAmount,
  snapshotLine,
  volumeLine,
} from '@slipway/cloud'
import { type Clock, type OrganisationId, UserError, type UserId } from '@slipway/core'
import { announce, type Database, type Tx } from '@slipway/db'
import { enqueue, enqueueNamed } from '@slipway/jobs'
import { appPlanSchema } from '@slipway/manifest'
import { audit } from '@slipway/organisations'
import { deleteAppJob } from './delete-app-job.ts'
import { type App, environmentsOf, findApp } from './find-app.ts'
import { isHosted } from './health.ts'

/** What deleting an app takes away, and what it leaves in the customer's account, with what that goes on to cost there. */
export type DeletionPlan = {
  goes: string[]
  /** `microDollars` a month at AWS's list prices, decimal; null is unknown, not free. */
  stays: { what: string; why: string; microDollars: string | null }[]
  /** How many snapshots of its disks there are, which can be deleted along. */
  snapshots: number
  totalMicroDollars: string | null
  pricesAsOf: string
}

/** The page that asks before an app is deleted. Throws not-found. */
export async function getDeletionPlan(
  db: Database,
  organisationId: OrganisationId,
  name: string,
): Promise<DeletionPlan> {
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, name)
    const environments = await environmentsOf(tx, app.id)
    const ids = environments.map((environment) => environment.id)
    const releases = await tx.release.findMany({
      where: { environmentId: { in: ids } },
      include: { deployments: { where: { status: 'healthy' }, take: 1 } },
      orderBy: { number: 'asc' },
    })
    // Also one that the manifest no longer names: it was taken off its host and kept.
    const deployed = releases.filter((release) => release.deployments.length > 0)
    const disks = new Map(
      deployed
        .flatMap((release) => appPlanSchema.parse(release.plan).services)
        .flatMap((service) => service.disks.map((disk) => [disk.name, disk] as const)),
    )
    const secrets = await tx.variable.count({
      where: { environmentId: { in: ids }, secret: true, removedAt: null },
    })
    const hosts = await tx.host.count({
      where: { environmentId: { in: ids }, state: { notIn: ['gone', 'expected'] } },
    })
    // Releases of one build share their archive.
    const snapshots = (await listSnapshots(tx, ids)).filter(({ state }) => state !== 'failed')
    const archives = new Map(releases.map((release) => [release.key, Number(release.sizeBytes)]))
    const bytes = [...archives.values()].reduce((sum, size) => sum + size, 0)
    const kept = [
      ...[...disks.values()].map((disk) => ({
        line: volumeLine(app.region, `Disk ${disk.name} (${disk.path})`, {
          gigabytes: disk.sizeGigabytes,
          type: disk.type,
        }),
        why: 'Nobody’s data goes because an app went. Delete the volume in the AWS console when you no longer need it.',
      })),
      ...(snapshots.length > 0
        ? [
            {
              line: snapshotLine(
                app.region,
                `${counted(snapshots.length, 'snapshot')} of disks, at most`,
                snapshots.reduce((sum, snapshot) => sum + gigabytesOf(snapshot), 0),
              ),
              why: 'They are kept unless you ask for their deletion; in EC2 they carry the tag slipway:snapshot.',
            },
          ]
        : []),
      ...(archives.size > 0
        ? [
            {
              line: objectsLine(app.region, `${counted(archives.size, 'release')} in your bucket`, bytes),
              why: 'They are yours, and enough to run the app without Slipway.',
            },
          ]
        : []),
    ]
    const { totalMicroDollars, pricesAsOf } = costOf(kept.map(({ line }) => line))
    return {
      goes: [
        ...(hosts > 0
          ? [`${counted(hosts, 'instance')}, with what leads visitors there: the URLs stop answering.`]
          : []),
        ...(environments.some((environment) => !isHosted(environment))
          ? [
              'What stands at CloudFront with its certificates, and the files of sites or the functions with their logs: the URLs stop answering.',
            ]
          : []),
        ...(secrets > 0 ? [`${counted(secrets, 'secret')} in your Parameter Store.`] : []),
        'The app with its history at Slipway. Pushes to its git remote are refused.',
      ],
      stays: kept.map(({ line, why }) => ({
        what: line.what,
        why,
        microDollars: showAmount(line.microDollars),
      })),
      snapshots: snapshots.length,
      totalMicroDollars: showAmount(totalMicroDollars),
      pricesAsOf,
    }
  })
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/**
 * Begins the deletion of an app: executions are cancelled, then its stack is deleted, then the app is gone and
 * its name free. Disks and releases stay in the customer's account, and snapshots
 * unless `withSnapshots`. Pushes are refused from now on. `confirm`
 * is the name, typed by the person. Twice is safe. Throws `app-delete-not-confirmed`.
 */
export async function deleteApp(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; confirm: string; withSnapshots?: boolean; by: UserId },
  clock: Clock,
): Promise<void> {
  if (asked.confirm !== asked.app) throw notConfirmed(asked.app)
  await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    if (app.deletingSince !== null) return
    const now = clock.now()
    await tx.app.update({ where: { id: app.id }, data: { deletingSince: now } })
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'apps.delete',
      subject: app.id,
      at: now,
      detail: { name: app.name, ...(asked.withSnapshots && { withSnapshots: true }) },
    })
    if (asked.withSnapshots) await deleteSnapshotsOf(tx, app)
    const payload = { appId: app.id, by: asked.by }
    await enqueueNamed(tx, { name: 'pipeline.cancel-app', payload }, { organisationId })
    await enqueue(tx, deleteAppJob, { appId: app.id }, { organisationId })
    await announce(tx, organisationId, `app:${app.id}`)
    await announce(tx, organisationId, 'apps')
  })
}

/** Those of all its environments, those that are being taken too. */
async function deleteSnapshotsOf(tx: Tx, { id, organisationId }: App): Promise<void> {
  const ids = (await environmentsOf(tx, id)).map((environment) => environment.id)
  for (const snapshot of await listSnapshots(tx, ids)) await deleteSnapshot(tx, organisationId, snapshot.id)
}

function notConfirmed(name: string): UserError {
  return new UserError({
    code: 'app-delete-not-confirmed',
    kind: 'invalid',
    what: `The name that was typed is not ${name}.`,
    why: 'An app is deleted only when its name is typed, so that none goes by accident.',
    todo: `Type ${name} to delete it.`,
  })
}
