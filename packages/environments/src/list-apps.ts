import type { OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { healthOf, overallHealth, type ServiceHealth } from './health.ts'
import { type AppsUrl, urlOf } from './url.ts'

/** One line of the page of all apps. Times are ISO. */
export type AppListed = {
  id: string
  name: string
  region: string
  branch: string
  autoDeploy: boolean
  cloudAccount: { id: string; name: string; accountNumber: string | null; state: string }
  createdAt: string
  deletingSince: string | null
  url: string | null
  services: number
  health: ServiceHealth['state'] | 'none'
  live: { number: number; sha: string; message: string; author: string; since: string } | null
  lastPush: {
    sha: string
    message: string
    author: string
    pushedAt: string
    /** Number and state of its execution. */
    execution: number | null
    status: string | null
  } | null
}

/** All apps of an organisation by name, each with what is live, what was pushed last and how it is. */
export async function listApps(
  db: Database,
  organisationId: OrganisationId,
  appsUrl: AppsUrl,
): Promise<AppListed[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const apps = await tx.app.findMany({
      where: { organisationId, deletedAt: null },
      orderBy: { name: 'asc' },
      include: {
        cloudAccount: true,
        environments: {
          where: { deletedAt: null },
          orderBy: { createdAt: 'asc' },
          include: { services: { where: { removedAt: null }, orderBy: { name: 'asc' } }, hosts: true },
        },
      },
    })
    const environments = apps.flatMap((app) => app.environments)
    const live = await liveReleases(
      tx,
      environments.flatMap((environment) => environment.liveReleaseId ?? []),
    )
    const pushes = await lastPushes(
      tx,
      apps.map((app) => app.id),
    )
    return apps.map((app) => {
      const services = app.environments.flatMap((environment) =>
        environment.services.map((service) => ({
          service,
          health: healthOf(service.id, environment.hosts),
        })),
      )
      const [environment] = app.environments
      const publicName = services.find(({ service }) => service.publicName !== null)?.service.publicName
      const isLive = environment?.liveReleaseId !== null && environment?.liveReleaseId !== undefined
      return {
        id: app.id,
        name: app.name,
        region: app.region,
        branch: app.branch,
        autoDeploy: app.autoDeploy,
        cloudAccount: {
          id: app.cloudAccount.id,
          name: app.cloudAccount.name,
          accountNumber: app.cloudAccount.accountNumber,
          state: app.cloudAccount.state,
        },
        createdAt: app.createdAt.toISOString(),
        deletingSince: app.deletingSince?.toISOString() ?? null,
        url: isLive && publicName ? urlOf(appsUrl, publicName) : null,
        services: services.length,
        health: overallHealth(services.map(({ health }) => health)),
        live: live.get(environment?.liveReleaseId ?? '') ?? null,
        lastPush: pushes.get(app.id) ?? null,
      }
    })
  })
}

export type LiveRelease = NonNullable<AppListed['live']>

/** What people call these releases, by id; `since` is the end of the last deployment that brought each. */
export async function liveReleases(tx: Tx, ids: string[]): Promise<Map<string, LiveRelease>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.release.findMany({
    where: { id: { in: ids } },
    include: {
      revision: true,
      deployments: { where: { status: 'healthy' }, orderBy: { endedAt: 'desc' }, take: 1 },
    },
  })
  return new Map(
    rows.map((row) => [
      row.id,
      {
        number: row.number,
        sha: row.revision.sha,
        message: row.revision.message,
        author: row.revision.author,
        since: (row.deployments[0]?.endedAt ?? row.createdAt).toISOString(),
      },
    ]),
  )
}

async function lastPushes(tx: Tx, appIds: string[]): Promise<Map<string, AppListed['lastPush']>> {
  const rows = await tx.revision.findMany({
    where: { appId: { in: appIds } },
    orderBy: [{ appId: 'asc' }, { position: 'desc' }],
    distinct: ['appId'],
    include: { executions: { orderBy: { number: 'desc' }, take: 1 } },
  })
  return new Map(
    rows.map((row) => [
      row.appId,
      {
        sha: row.sha,
        message: row.message,
        author: row.author,
        pushedAt: row.pushedAt.toISOString(),
        execution: row.executions[0]?.number ?? null,
        status: row.executions[0]?.status ?? null,
      },
    ]),
  )
}

/** What people call one release; undefined where there is none of this id. */
export async function liveReleaseOf(tx: Tx, id: string): Promise<LiveRelease | undefined> {
  return (await liveReleases(tx, [id])).get(id)
}
