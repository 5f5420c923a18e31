import { Prisma, type Tx } from '@slipway/db'
import { z } from 'zod'

/** What people call a release; `since` is the end of the last deployment that brought it, ISO. */
export type LiveRelease = { number: number; sha: string; message: string; author: string; since: string }

/** As `shownRelease` says it. */
export const shownReleaseSchema = z
  .object({
    number: z.number(),
    sha: z.string(),
    message: z.string(),
    author: z.string(),
    since: z.coerce.date(),
  })
  .transform((release): LiveRelease => ({ ...release, since: release.since.toISOString() }))

/** A subquery: the release of this id as JSON, null where there is none. */
export function shownRelease(id: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    select json_build_object(
      'number', release.number, 'sha', revision.sha, 'message', revision.message, 'author', revision.author,
      'since', coalesce(
        (select max(ended_at) from deployment where release_id = release.id and status = 'healthy'),
        release.created_at
      )
    )
    from release join revision on revision.id = release.revision_id
    where release.id = ${id}
  )`
}

const rowsSchema = z.tuple([z.object({ live: shownReleaseSchema.nullable() })])

/** What people call one release; undefined where there is none of this id. */
export async function liveReleaseOf(tx: Tx, id: string): Promise<LiveRelease | undefined> {
  const rows = await tx.$queryRaw`select ${shownRelease(Prisma.sql`${id}`)} as live`
  return rowsSchema.parse(rows)[0].live ?? undefined
}
