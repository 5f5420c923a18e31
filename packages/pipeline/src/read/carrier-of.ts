import { Prisma } from '@slipway/db'
import { z } from 'zod'
import { errorSchema, executionSchema } from '../decide/execution.ts'

/** The pushes of an app in their order, each with the revision that it was begun for, its newest commit. */
export const pushRows = z.array(
  z.object({
    id: z.string(),
    number: z.number(),
    status: z.string(),
    error: errorSchema.nullable(),
    /** Undefined until the first event was folded in. */
    state: executionSchema.optional().catch(undefined),
    createdAt: z.coerce.date(),
    revision: z.object({ id: z.string(), sha: z.string(), position: z.number() }),
  }),
)
export type Push = z.infer<typeof pushRows>[number]

/** Those that may carry the commits from `position` on, as JSON for `pushRows`. */
export function pushesFrom(appId: Prisma.Sql, position: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    select coalesce(json_agg(push order by place), '[]') from (
      select execution.id, number, status, error, state, created_at as "createdAt", position as place,
        json_build_object('id', revision.id, 'sha', sha, 'position', position) as revision
      from revision join execution on execution.revision_id = revision.id
      where revision.app_id = ${appId} and position >= ${position} and execution.kind = 'push'
    ) as push`
}

/** So many pushes may have taken each other's place; more is a circle that cannot be. */
const hopsMax = 100

/**
 * The push that carries a commit: that of its own push, or the newer one that took its place before a stage. Undefined
 * where none has begun yet.
 */
export function carrierOf(pushes: readonly Push[], position: number): Push | undefined {
  let carrier = pushes.find((each) => each.revision.position >= position)
  for (let hops = 0; carrier?.status === 'superseded' && hops < hopsMax; hops++) {
    const by = carrier.state?.end?.by
    const next = by ? pushes.find(({ id }) => id === by) : undefined
    if (next === undefined) break
    carrier = next
  }
  return carrier
}
