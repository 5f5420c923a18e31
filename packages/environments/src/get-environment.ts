import { notFound, type OrganisationId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { type ComputeKind, computeKinds } from '@slipway/manifest'
import { z } from 'zod'
import { healthIn, isHosted, isStanding, overallHealth, type ServiceHealth } from './health.ts'
import { type LiveRelease, shownRelease, shownReleaseSchema } from './shown-release.ts'
import { type AppsUrl, urlOf } from './url.ts'

/** An environment as its page shows it. Times are ISO. */
export type EnvironmentShown = {
  id: string
  app: { id: string; name: string }
  name: string
  region: string
  cloudAccount: {
    id: string
    name: string
    accountNumber: string | null
    state: string
    brokenSince: string | null
  }
  configVersion: number
  health: ServiceHealth['state'] | 'none'
  live: (LiveRelease & { id: string }) | null
  services: {
    id: string
    name: string
    kind: string
    url: string | null
    health: ServiceHealth
    /** Name of its log stream. */
    stream: string
  }[]
  /** What it runs on; null before its first deployment. */
  compute: ComputeKind | null
  /** Whether there are hosts, or will be; a static site and functions have none. */
  isHosted: boolean
  hosts: {
    id: string
    instanceId: string | null
    instanceType: string | null
    architecture: string | null
    state: string
    address: string | null
    lastSeenAt: string | null
    connectedAt: string | null
  }[]
}

const environmentRow = z.object({
  id: z.string(),
  name: z.string(),
  region: z.string(),
  cloudAccount: z.object({
    id: z.string(),
    name: z.string(),
    accountNumber: z.string().nullable(),
    state: z.string(),
    brokenSince: z.coerce.date().nullable(),
  }),
  configVersion: z.number(),
  compute: z.enum(computeKinds).nullable(),
  liveReleaseId: z.string().nullable(),
  live: shownReleaseSchema.nullable(),
  services: z.array(
    z.object({ id: z.string(), name: z.string(), kind: z.string(), publicName: z.string().nullable() }),
  ),
  hosts: z.array(
    z.object({
      id: z.string(),
      instanceId: z.string().nullable(),
      instanceType: z.string().nullable(),
      architecture: z.string().nullable(),
      state: z.string(),
      address: z.string().nullable(),
      lastSeenAt: z.coerce.date().nullable(),
      connectedAt: z.coerce.date().nullable(),
      health: z.unknown(),
    }),
  ),
})
const rowSchema = z.object({
  app: z.object({ id: z.string(), name: z.string() }),
  environment: environmentRow.nullable(),
})

/** Services, hosts and what is live in an environment. Throws not-found. Releases are the pipeline's to list. */
export async function getEnvironment(
  db: Database,
  organisationId: OrganisationId,
  appName: string,
  name: string,
  appsUrl: AppsUrl,
): Promise<EnvironmentShown> {
  const [row] = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      select json_build_object('id', app.id, 'name', app.name) as app,
        (
          select json_build_object(
            'id', environment.id, 'name', environment.name, 'region', environment.region,
            'cloudAccount', json_build_object(
              'id', account.id, 'name', account.name, 'accountNumber', account_number, 'state', state,
              'brokenSince', broken_since
            ),
            'configVersion', config_version, 'compute', compute,
            'liveReleaseId', live_release_id, 'live', ${shownRelease(Prisma.sql`live_release_id`)},
            'services', (
              select coalesce(json_agg(
                json_build_object('id', id, 'name', name, 'kind', kind, 'publicName', public_name) order by name
              ), '[]')
              from service where environment_id = environment.id and removed_at is null
            ),
            'hosts', (
              select coalesce(json_agg(
                json_build_object(
                  'id', id, 'instanceId', instance_id, 'instanceType', instance_type, 'architecture', architecture,
                  'state', state, 'address', address, 'lastSeenAt', last_seen_at, 'connectedAt', connected_at,
                  'health', health
                ) order by created_at
              ), '[]')
              from host where environment_id = environment.id and state <> 'gone'
            )
          )
          from environment join cloud_account as account on account.id = cloud_account_id
          where app_id = app.id and environment.name = ${name} and deleted_at is null
        ) as environment
      from app
      where organisation_id = ${organisationId} and name = ${appName} and deleted_at is null`,
  )
  if (row === undefined) throw notFound('app')
  const { app, environment } = rowSchema.parse(row)
  if (environment === null) throw notFound('environment')
  const { liveReleaseId, live, cloudAccount, hosts } = environment
  const services = environment.services.map(({ id, name, kind, publicName }) => ({
    id,
    name,
    kind,
    url: publicName === null ? null : urlOf(appsUrl, publicName),
    health: healthIn(environment, id),
    stream: `service:${environment.id}:${name}`,
  }))
  return {
    id: environment.id,
    app,
    name: environment.name,
    region: environment.region,
    cloudAccount: { ...cloudAccount, brokenSince: cloudAccount.brokenSince?.toISOString() ?? null },
    configVersion: environment.configVersion,
    health: overallHealth(services.filter(isStanding).map(({ health }) => health)),
    live: liveReleaseId === null || live === null ? null : { id: liveReleaseId, ...live },
    services,
    compute: environment.compute,
    isHosted: isHosted(environment),
    hosts: hosts.map(({ health: _, ...host }) => ({
      ...host,
      lastSeenAt: host.lastSeenAt?.toISOString() ?? null,
      connectedAt: host.connectedAt?.toISOString() ?? null,
    })),
  }
}
