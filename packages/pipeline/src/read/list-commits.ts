import { notFound, type OrganisationId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { type CommitPlace, placeOf } from '../decide/commit-place.ts'
import { carrierOf, pushesFrom, pushRows } from './carrier-of.ts'
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
/** Beyond any position: the newest page. */
const newest = 2_147_483_647

const pageRow = z.object({
  commits: z.array(
    z.object({
      id: z.string(),
      position: z.number(),
      sha: z.string(),
      message: z.string(),
      author: z.string(),
      authored_at: z.coerce.date(),
      pushed_at: z.coerce.date(),
      is_bad: z.boolean(),
    }),
  ),
  pushes: pushRows,
  live: z.array(z.string()),
})

/** Newest first, 40 a page; `next` is the `before` of the older page. Throws not-found. */
export async function listCommits(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; before?: number | undefined },
): Promise<{ commits: CommitListed[]; next: number | null }> {
  // The head that an older commit rides with can lie on the newer page, or have superseded it.
  const [row] = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      select page.commits, (${pushesFrom(Prisma.sql`app.id`, Prisma.sql`page.oldest`)}) as pushes,
        (
          select coalesce(json_agg(release.revision_id), '[]')
          from environment join release on release.id = environment.live_release_id
          where environment.app_id = app.id and environment.deleted_at is null
        ) as live
      from app cross join lateral (
        select coalesce(json_agg(commit order by position desc), '[]') as commits, min(position) as oldest
        from (
          select id, position, sha, message, author, authored_at, pushed_at, bad_since is not null as is_bad
          from revision where app_id = app.id and position < ${asked.before ?? newest}
          order by position desc limit ${pageSize + 1}
        ) as commit
      ) as page
      where app.organisation_id = ${organisationId} and app.name = ${asked.app} and app.deleted_at is null`,
  )
  if (row === undefined) throw notFound('app')
  const page = pageRow.parse(row)
  const live = new Set(page.live)
  const commits = page.commits.slice(0, pageSize).map((commit): CommitListed => {
    const carrier = carrierOf(page.pushes, commit.position)
    return {
      sha: commit.sha,
      message: firstLine(commit.message),
      author: commit.author,
      authoredAt: commit.authored_at.toISOString(),
      pushedAt: commit.pushed_at.toISOString(),
      isBad: commit.is_bad,
      execution: carrier?.number ?? null,
      ridesWith: carrier !== undefined && carrier.revision.id !== commit.id ? carrier.revision.sha : null,
      place: placeOf(carrier?.state, {
        isLive: carrier !== undefined && live.has(carrier.revision.id),
        failed: carrier?.error?.what ?? null,
      }),
    }
  })
  return {
    commits,
    next: page.commits.length > pageSize ? (page.commits[pageSize - 1]?.position ?? null) : null,
  }
}
