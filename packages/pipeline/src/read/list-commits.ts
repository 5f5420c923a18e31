import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { type CommitPlace, placeOf } from '../decide/commit-place.ts'
import { errorSchema } from '../decide/execution.ts'
import { carrierOf, pushesFrom } from './carrier-of.ts'
import { firstLine } from './people.ts'

/** One commit, how far it is, and why not further. Times are ISO. */
export type CommitListed = {
  sha: string
  message: string
  author: string
  authoredAt: string
  pushedAt: string
  isBad: boolean
  /** Number of the execution that carries it, its own or that of the newer commit it rides along with. */
  execution: number | null
  /** The newer commit of the same push or the one that superseded it. */
  ridesWith: string | null
  place: CommitPlace
}

const pageSize = 40

/** Newest first, 40 a page; `next` is the `before` of the older page. Throws not-found. */
export async function listCommits(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; before?: number | undefined },
): Promise<{ commits: CommitListed[]; next: number | null }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    const rows = await tx.revision.findMany({
      where: { appId: app.id, ...(asked.before === undefined ? {} : { position: { lt: asked.before } }) },
      orderBy: { position: 'desc' },
      take: pageSize + 1,
      omit: { plan: true, planErrors: true },
    })
    // The head that an older commit rides with can lie on the newer page, or have superseded it.
    const pushes = await pushesFrom(tx, app.id, rows.at(-1)?.position ?? 0)
    const live = await tx.environment.findMany({
      where: { appId: app.id, deletedAt: null, liveReleaseId: { not: null } },
      select: { liveReleaseId: true },
    })
    const liveReleases = await tx.release.findMany({
      where: { id: { in: live.flatMap((each) => each.liveReleaseId ?? []) } },
      select: { revisionId: true },
    })
    const liveRevisions = new Set(liveReleases.map((each) => each.revisionId))

    const commits = rows.slice(0, pageSize).map((row): CommitListed => {
      const carrier = carrierOf(pushes, row.position)
      const error = errorSchema.nullable().parse(carrier?.error ?? null)
      return {
        sha: row.sha,
        message: firstLine(row.message),
        author: row.author,
        authoredAt: row.authoredAt.toISOString(),
        pushedAt: row.pushedAt.toISOString(),
        isBad: row.badSince !== null,
        execution: carrier?.number ?? null,
        ridesWith: carrier !== undefined && carrier.revision.id !== row.id ? carrier.revision.sha : null,
        place: placeOf(carrier?.state, {
          isLive: carrier !== undefined && liveRevisions.has(carrier.revision.id),
          failed: error?.what ?? null,
        }),
      }
    })
    return { commits, next: rows.length > pageSize ? (rows.at(pageSize - 1)?.position ?? null) : null }
  })
}
