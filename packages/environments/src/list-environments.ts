import type { AppId, OrganisationId } from '@slipway/core'
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

/** One environment of an app, for lists. Times are ISO. */
export type EnvironmentListed = {
  id: string
  name: string
  stage: string
  region: string
  cloudAccount: { id: string; name: string; brokenSince: string | null }
  /** Where the first service with an address answers; null before something is live. */
  url: string | null
  health: ServiceHealth['state'] | 'none'
  live: (LiveRelease & { id: string }) | null
}

const environmentRows = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    stage: z.string(),
    region: z.string(),
    cloudAccount: z.object({ id: z.string(), name: z.string(), brokenSince: z.coerce.date().nullable() }),
    compute: z.string().nullable(),
    liveReleaseId: z.string().nullable(),
    live: shownReleaseSchema.nullable(),
    services: servicesSchema,
    hosts: hostsSchema,
  }),
)

/** The environments of an app in the order in which they were made, each with what is live and how it is. */
export async function listEnvironments(
  db: Database,
  organisationId: OrganisationId,
  appId: AppId,
  appsUrl: AppsUrl,
): Promise<EnvironmentListed[]> {
  const rows = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
    select environment.id, environment.name, stage, environment.region,
      json_build_object('id', account.id, 'name', account.name, 'brokenSince', broken_since) as "cloudAccount",
      compute, live_release_id as "liveReleaseId", ${shownRelease(Prisma.sql`live_release_id`)} as live,
      ${servicesJson(Prisma.sql`environment.id`)} as services, ${hostsJson(Prisma.sql`environment.id`)} as hosts
    from environment join cloud_account as account on account.id = cloud_account_id
    where app_id = ${appId} and deleted_at is null order by environment.created_at, environment.id`,
  )
  return environmentRows.parse(rows).map(({ live, ...row }) => {
    const { liveReleaseId } = row
    const publicName = row.services.find((service) => service.publicName !== null)?.publicName
    return {
      id: row.id,
      name: row.name,
      stage: row.stage,
      region: row.region,
      cloudAccount: {
        ...row.cloudAccount,
        brokenSince: row.cloudAccount.brokenSince?.toISOString() ?? null,
      },
      url: live && publicName ? urlOf(appsUrl, publicName) : null,
      health: overallHealth(row.services.filter(isStanding).map(({ id }) => healthIn(row, id))),
      live: live && liveReleaseId !== null ? { id: liveReleaseId, ...live } : null,
    }
  })
}
