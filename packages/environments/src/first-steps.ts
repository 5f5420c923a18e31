import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type AppsUrl, urlOf } from './url.ts'

/** What a new organisation has done, in order; null where it is still to do. */
export type FirstSteps = {
  account: { id: string; name: string; state: string; accountNumber: string | null } | null
  app: { name: string; branch: string } | null
  push: {
    sha: string
    message: string
    execution: number | null
    status: string | null
    /** What it waits for, in words; null while it works or when it has ended. */
    waitsFor: string | null
  } | null
  live: { url: string | null; app: string } | null
  isDone: boolean
}

/** The first of each that exists, so that the page turns green step by step. */
export async function getFirstSteps(
  db: Database,
  organisationId: OrganisationId,
  appsUrl: AppsUrl,
): Promise<FirstSteps> {
  return db.inOrganisation(organisationId, async (tx) => {
    const accounts = await tx.cloudAccount.findMany({
      where: { organisationId, state: { not: 'disconnected' } },
      orderBy: { createdAt: 'asc' },
    })
    const account = accounts.find((each) => each.state === 'connected') ?? accounts.at(-1)
    const app = await tx.app.findFirst({
      where: { organisationId, deletedAt: null },
      orderBy: { createdAt: 'asc' },
    })
    const revision = await tx.revision.findFirst({
      where: { organisationId, app: { deletedAt: null } },
      orderBy: { pushedAt: 'desc' },
      include: { executions: { orderBy: { number: 'desc' }, take: 1 } },
    })
    const live = await tx.environment.findFirst({
      where: { organisationId, deletedAt: null, liveReleaseId: { not: null } },
      orderBy: { createdAt: 'asc' },
      include: {
        app: true,
        services: {
          where: { removedAt: null, publicName: { not: null } },
          orderBy: { name: 'asc' },
          take: 1,
        },
      },
    })
    const publicName = live?.services[0]?.publicName
    return {
      account:
        account === undefined
          ? null
          : {
              id: account.id,
              name: account.name,
              state: account.state,
              accountNumber: account.accountNumber,
            },
      app: app === null ? null : { name: app.name, branch: app.branch },
      push:
        revision === null
          ? null
          : {
              sha: revision.sha,
              message: revision.message,
              execution: revision.executions[0]?.number ?? null,
              status: revision.executions[0]?.status ?? null,
              waitsFor: revision.executions[0]?.waitsFor ?? null,
            },
      live:
        live === null ? null : { url: publicName ? urlOf(appsUrl, publicName) : null, app: live.app.name },
      isDone: live !== null,
    }
  })
}
