import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findApp } from './find-app.ts'
import { type AppListed, listApps } from './list-apps.ts'
import type { AppsUrl } from './url.ts'

export type AppShown = AppListed & {
  environments: { id: string; name: string; region: string }[]
  /** Nothing was pushed yet: the page shows the remote and the one command. */
  isEmpty: boolean
}

/** One app as its page shows it. Throws not-found. */
export async function getApp(
  db: Database,
  organisationId: OrganisationId,
  name: string,
  appsUrl: AppsUrl,
): Promise<AppShown> {
  const environments = await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, name)
    return tx.environment.findMany({
      where: { appId: app.id, deletedAt: null },
      orderBy: { createdAt: 'asc' },
      select: { id: true, name: true, region: true },
    })
  })
  const listed = (await listApps(db, organisationId, appsUrl)).find((app) => app.name === name)
  if (listed === undefined) throw new Error(`the app ${name} was deleted while it was read`)
  return { ...listed, environments, isEmpty: listed.lastPush === null }
}
