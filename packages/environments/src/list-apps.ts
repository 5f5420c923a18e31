import type { OrganisationId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import {
  healthIn,
  hostsJson,
  hostsSchema,
  isStanding,
  overallHealth,
  type ServiceHealth,
  servicesJson,
  servicesSchema,
} from './health.ts'
import { type LiveRelease, shownRelease, shownReleaseSchema } from './shown-release.ts'
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
  live: LiveRelease | null
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
  const apps = await readApps(db, organisationId, Prisma.sql`true`)
  return apps.map((app) => listed(app, appsUrl))
}

/** Of one app the line of the list, and its environments in the order in which they were made; undefined where there is none. */
export async function findListed(
  db: Database,
  organisationId: OrganisationId,
  name: string,
  appsUrl: AppsUrl,
): Promise<{ app: AppListed; environments: { id: string; name: string; region: string }[] } | undefined> {
  const [app] = await readApps(db, organisationId, Prisma.sql`app.name = ${name}`)
  if (app === undefined) return undefined
  const environments = app.environments.map(({ id, name, region }) => ({ id, name, region }))
  return { app: listed(app, appsUrl), environments }
}

const appRow = z.object({
  id: z.string(),
  name: z.string(),
  region: z.string(),
  branch: z.string(),
  autoDeploy: z.boolean(),
  cloudAccount: z.object({
    id: z.string(),
    name: z.string(),
    accountNumber: z.string().nullable(),
    state: z.string(),
  }),
  createdAt: z.coerce.date(),
  deletingSince: z.coerce.date().nullable(),
  environments: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      region: z.string(),
      compute: z.string().nullable(),
      liveReleaseId: z.string().nullable(),
      live: shownReleaseSchema.nullable(),
      services: servicesSchema,
      hosts: hostsSchema,
    }),
  ),
  lastPush: z
    .object({
      sha: z.string(),
      message: z.string(),
      author: z.string(),
      pushedAt: z.coerce.date(),
      execution: z.number().nullable(),
      status: z.string().nullable(),
      waitsFor: z.string().nullable(),
    })
    .nullable(),
})
type AppRow = z.infer<typeof appRow>

const appRows = z.tuple([z.object({ apps: z.array(appRow) })])

/** One statement, and of each app one push, however long its history is. */
async function readApps(db: Database, organisationId: OrganisationId, which: Prisma.Sql): Promise<AppRow[]> {
  const rows = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      select coalesce(json_agg(app order by name), '[]') as apps from (
        select app.id, app.name, app.region, branch, auto_deploy as "autoDeploy", app.created_at as "createdAt",
          deleting_since as "deletingSince",
          json_build_object(
            'id', account.id, 'name', account.name, 'accountNumber', account_number, 'state', account.state
          ) as "cloudAccount",
          (
            select coalesce(json_agg(
              json_build_object(
                'id', environment.id, 'name', name, 'region', region,
                'compute', compute, 'liveReleaseId', live_release_id,
                'live', ${shownRelease(Prisma.sql`live_release_id`)},
                'services', ${servicesJson(Prisma.sql`environment.id`)},
                'hosts', ${hostsJson(Prisma.sql`environment.id`)}
              ) order by created_at, id
            ), '[]')
            from environment where app_id = app.id and deleted_at is null
          ) as environments,
          (
            select json_build_object(
              'sha', head.sha, 'message', head.message, 'author', head.author, 'pushedAt', head.pushed_at,
              'execution', last.number, 'status', last.status, 'waitsFor', last.waits_for
            )
            from (select * from revision where app_id = app.id order by position desc limit 1) as head
            left join lateral (
              select number, status, waits_for from execution
              where revision_id = head.id order by number desc limit 1
            ) as last on true
          ) as "lastPush"
        from app join cloud_account as account on account.id = app.cloud_account_id
        where app.organisation_id = ${organisationId} and app.deleted_at is null and ${which}
      ) as app`,
  )
  return appRows.parse(rows)[0].apps
}

function listed({ environments, ...app }: AppRow, appsUrl: AppsUrl): AppListed {
  const services = environments.flatMap((environment) =>
    environment.services.map((service) => ({ service, health: healthIn(environment, service.id) })),
  )
  const live = environments[0]?.live ?? null
  const publicName = services.find(({ service }) => service.publicName !== null)?.service.publicName
  return {
    ...app,
    createdAt: app.createdAt.toISOString(),
    deletingSince: app.deletingSince?.toISOString() ?? null,
    url: live !== null && publicName ? urlOf(appsUrl, publicName) : null,
    services: services.length,
    health: overallHealth(services.filter(({ service }) => isStanding(service)).map(({ health }) => health)),
    live,
    lastPush:
      app.lastPush === null ? null : { ...app.lastPush, pushedAt: app.lastPush.pushedAt.toISOString() },
  }
}
