import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findEnvironment } from './find-app.ts'
import { healthIn, isHosted, isStanding, overallHealth, type ServiceHealth } from './health.ts'
import { type LiveRelease, liveReleases } from './list-apps.ts'
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
  /** Whether there are hosts, or will be; a static site has none. */
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

/** Services, hosts and what is live in an environment. Throws not-found. Releases are the pipeline's to list. */
export async function getEnvironment(
  db: Database,
  organisationId: OrganisationId,
  appName: string,
  name: string,
  appsUrl: AppsUrl,
): Promise<EnvironmentShown> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, appName, name)
    const account = await tx.cloudAccount.findUniqueOrThrow({ where: { id: environment.cloudAccountId } })
    const hosts = await tx.host.findMany({
      where: { environmentId: environment.id, state: { not: 'gone' } },
      orderBy: { createdAt: 'asc' },
    })
    const rows = await tx.service.findMany({
      where: { environmentId: environment.id, removedAt: null },
      orderBy: { name: 'asc' },
    })
    const releaseId = environment.liveReleaseId
    const live = releaseId === null ? undefined : (await liveReleases(tx, [releaseId])).get(releaseId)
    const services = rows.map((row) => ({
      id: row.id,
      name: row.name,
      kind: row.kind,
      url: row.publicName === null ? null : urlOf(appsUrl, row.publicName),
      health: healthIn({ ...environment, hosts }, row.id),
      stream: `service:${environment.id}:${row.name}`,
    }))
    return {
      id: environment.id,
      app: { id: app.id, name: app.name },
      name: environment.name,
      region: environment.region,
      cloudAccount: {
        id: account.id,
        name: account.name,
        accountNumber: account.accountNumber,
        state: account.state,
        brokenSince: account.brokenSince?.toISOString() ?? null,
      },
      configVersion: environment.configVersion,
      health: overallHealth(services.filter(isStanding).map(({ health }) => health)),
      live: releaseId === null || live === undefined ? null : { id: releaseId, ...live },
      services,
      isHosted: isHosted(environment),
      hosts: hosts.map((host) => ({
        id: host.id,
        instanceId: host.instanceId,
        instanceType: host.instanceType,
        architecture: host.architecture,
        state: host.state,
        address: host.address,
        lastSeenAt: host.lastSeenAt?.toISOString() ?? null,
        connectedAt: host.connectedAt?.toISOString() ?? null,
      })),
    }
  })
}
