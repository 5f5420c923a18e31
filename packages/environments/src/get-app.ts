import { notFound, type OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type AppListed, findListed } from './list-apps.ts'
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
  const found = await findListed(db, organisationId, name, appsUrl)
  if (found === undefined) throw notFound('app')
  const { app, environments } = found
  return { ...app, environments, isEmpty: app.lastPush === null }
}
