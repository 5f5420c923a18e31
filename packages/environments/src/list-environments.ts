import type { AppId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { healthIn, isStanding, overallHealth, type ServiceHealth } from './health.ts'
import { type LiveRelease, liveReleases } from './list-apps.ts'
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

/** The environments of an app in the order in which they were made, each with what is live and how it is. */
export async function listEnvironments(tx: Tx, appId: AppId, appsUrl: AppsUrl): Promise<EnvironmentListed[]> {
  const rows = await tx.environment.findMany({
    where: { appId, deletedAt: null },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    include: {
      cloudAccount: { select: { id: true, name: true, brokenSince: true } },
      services: {
        where: { removedAt: null },
        orderBy: { name: 'asc' },
        select: { id: true, kind: true, publicName: true },
      },
      hosts: { select: { state: true, health: true, lastSeenAt: true } },
    },
  })
  const live = await liveReleases(
    tx,
    rows.flatMap((row) => row.liveReleaseId ?? []),
  )
  return rows.map((row) => {
    const release = live.get(row.liveReleaseId ?? '')
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
      url: release && publicName ? urlOf(appsUrl, publicName) : null,
      health: overallHealth(row.services.filter(isStanding).map(({ id }) => healthIn(row, id))),
      live: release && row.liveReleaseId !== null ? { id: row.liveReleaseId, ...release } : null,
    }
  })
}
