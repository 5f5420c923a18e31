import type { OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { z } from 'zod'
import { healthIn, isStanding, overallHealth, type ServiceHealth } from './health.ts'
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
    /** What it waits for, in words; null while it works or when it has ended. */
    waitsFor: string | null
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
        cloudAccount: { select: { id: true, name: true, accountNumber: true, state: true } },
        environments: {
          where: { deletedAt: null },
          orderBy: { createdAt: 'asc' },
          select: {
            compute: true,
            liveReleaseId: true,
            services: {
              where: { removedAt: null },
              orderBy: { name: 'asc' },
              select: { id: true, kind: true, publicName: true },
            },
            hosts: { select: { state: true, health: true, lastSeenAt: true } },
          },
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
          health: healthIn(environment, service.id),
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
        cloudAccount: app.cloudAccount,
        createdAt: app.createdAt.toISOString(),
        deletingSince: app.deletingSince?.toISOString() ?? null,
        url: isLive && publicName ? urlOf(appsUrl, publicName) : null,
        services: services.length,
        health: overallHealth(
          services.filter(({ service }) => isStanding(service)).map(({ health }) => health),
        ),
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
    select: {
      id: true,
      number: true,
      createdAt: true,
      revision: { select: { sha: true, message: true, author: true } },
      deployments: {
        where: { status: 'healthy' },
        orderBy: { endedAt: 'desc' },
        take: 1,
        select: { endedAt: true },
      },
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

const pushRows = z.array(
  z.object({
    app_id: z.string(),
    sha: z.string(),
    message: z.string(),
    author: z.string(),
    pushed_at: z.date(),
    number: z.number().nullable(),
    status: z.string().nullable(),
    waits_for: z.string().nullable(),
  }),
)

/** One row an app, however long its history is: Prisma's `distinct` would read all of it. */
async function lastPushes(tx: Tx, appIds: string[]): Promise<Map<string, AppListed['lastPush']>> {
  const rows = await tx.$queryRaw`
    select app.id as app_id, head.sha, head.message, head.author, head.pushed_at, last.number, last.status,
      last.waits_for
    from unnest(${appIds}::text[]) as app (id)
    cross join lateral (
      select id, sha, message, author, pushed_at from revision
      where app_id = app.id order by position desc limit 1
    ) as head
    left join lateral (
      select number, status, waits_for from execution where revision_id = head.id order by number desc limit 1
    ) as last on true`
  return new Map(
    pushRows.parse(rows).map((row) => [
      row.app_id,
      {
        sha: row.sha,
        message: row.message,
        author: row.author,
        pushedAt: row.pushed_at.toISOString(),
        execution: row.number,
        status: row.status,
        waitsFor: row.waits_for,
      },
    ]),
  )
}

/** What people call one release; undefined where there is none of this id. */
export async function liveReleaseOf(tx: Tx, id: string): Promise<LiveRelease | undefined> {
  return (await liveReleases(tx, [id])).get(id)
}
