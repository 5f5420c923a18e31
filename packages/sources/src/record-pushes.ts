import { type AppId, asId, type Clock, isId, newId, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { plan } from '@slipway/manifest'
import { branchOf, type Push, type PushOutcome } from './push.ts'
import { isRefName, noSha, type Source } from './source.ts'

const commitsMax = 250
/** More refs than these in one push are recorded in a further transaction. */
const refsAtOnceMax = 50
const attemptsMax = 10

export type RecordPushes = {
  db: Database
  source: Source
  clock: Clock
  /** Called in the transaction that records the push; the pipeline's. */
  receivePush: (tx: Tx, push: Push) => Promise<PushOutcome>
}

export type RecordedPush = { push: Push; outcome: PushOutcome }

/** The last place of each ref that was recorded, with when. */
type Known = Map<string, { after: string; receivedAt: Date }>

/**
 * Records every ref of an app's repository that stands elsewhere than when it was last recorded. It looks at the
 * repository, not at what somebody says was pushed: so it is safe to repeat, to run twice at once, and after a
 * crash between git's move and our row; and a ref that moved twice meanwhile is recorded once, at its end.
 */
export async function recordPushes(
  parts: RecordPushes,
  app: { organisationId: OrganisationId; appId: AppId },
): Promise<RecordedPush[]> {
  const recorded: RecordedPush[] = []
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const moved = await movedRefs(parts, app)
    if (moved.length === 0) return recorded
    const pushes = await Promise.all(moved.slice(0, refsAtOnceMax).map((ref) => pushOf(parts, app, ref)))
    recorded.push(...(await recordUnmoved(parts, app, pushes)))
  }
  return recorded
}

type Moved = { ref: string; before: string; after: string }

async function movedRefs(
  parts: RecordPushes,
  app: { organisationId: OrganisationId; appId: AppId },
): Promise<Moved[]> {
  const known = await parts.db.inOrganisation(app.organisationId, (tx) => knownRefs(tx, app.appId))
  const standing = await standingRefs(parts.source, app.appId)
  const names = new Set([...standing.keys(), ...known.keys()])
  return [...names].sort().flatMap((ref) => {
    const before = known.get(ref)?.after ?? noSha
    const after = standing.get(ref) ?? noSha
    return before === after ? [] : [{ ref, before, after }]
  })
}

async function standingRefs(source: Source, appId: AppId): Promise<Map<string, string>> {
  const refs = await source.refs(appId)
  return new Map(refs.filter((ref) => isRefName(ref.name)).map((ref) => [ref.name, ref.sha]))
}

async function knownRefs(tx: Tx, appId: AppId): Promise<Known> {
  const rows = await tx.$queryRaw<{ ref: string; after: string; receivedAt: Date }[]>`
    select distinct on (ref) ref, after, received_at as "receivedAt" from push
    where app_id = ${appId} order by ref, received_at desc`
  return new Map(rows.map((row) => [row.ref, row]))
}

async function pushOf(
  { source, clock }: RecordPushes,
  app: { organisationId: OrganisationId; appId: AppId },
  { ref, before, after }: Moved,
): Promise<Push> {
  const receivedAt = clock.now()
  const mover = await source.moverOf(app.appId, ref)
  const base = {
    organisationId: app.organisationId,
    appId: app.appId,
    id: newId('push', receivedAt),
    ref,
    before,
    after,
    by: mover && isId('user', mover) ? asId('user', mover) : 'slipway',
    receivedAt,
  }
  if (after === noSha) return { ...base, head: undefined, commits: [], plan: undefined }
  const from = before === noSha ? undefined : before
  return {
    ...base,
    head: await source.commit(app.appId, after),
    commits: await source.commitsBetween(app.appId, from, after, commitsMax),
    plan: branchOf(ref) === undefined ? undefined : await source.withTree(app.appId, after, plan),
  }
}

/** Records those whose ref still stands where it stood when the push was made up; the others are looked at again. */
async function recordUnmoved(
  { db, source, receivePush }: RecordPushes,
  { organisationId, appId }: { organisationId: OrganisationId; appId: AppId },
  pushes: Push[],
): Promise<RecordedPush[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`pushes:${appId}`}, 0))::text`
    const known = await knownRefs(tx, appId)
    const standing = await standingRefs(source, appId)
    const recorded: RecordedPush[] = []
    for (const made of pushes) {
      const last = known.get(made.ref)
      const isUnmoved =
        (standing.get(made.ref) ?? noSha) === made.after && (last?.after ?? noSha) === made.before
      if (!isUnmoved) continue
      // Strictly later than the last of this ref, also within one millisecond: the order of rows is the order of pushes.
      const earliest = (last?.receivedAt.getTime() ?? 0) + 1
      const push = { ...made, receivedAt: new Date(Math.max(made.receivedAt.getTime(), earliest)) }
      const { id, ref, before, after, by, receivedAt } = push
      await tx.push.create({ data: { id, organisationId, appId, ref, before, after, by, receivedAt } })
      recorded.push({ push, outcome: await receivePush(tx, push) })
    }
    return recorded
  })
}
