import type { AppId, OrganisationId } from '@slipway/core'
import { type Database, Prisma, type Tx } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { z } from 'zod'
import { type CommitCell, commitCell, type Reach } from '../decide/commit-cell.ts'
import { errorSchema } from '../decide/execution.ts'
import { type WhyNotFurther, whyNotFurther } from '../decide/why-not-further.ts'
import { carrierOf, type Push, pushesFrom, pushRows } from './carrier-of.ts'
import { firstLine } from './people.ts'

/** One commit through the whole pipeline: how far in each branch, when, and why not further. Times are ISO. */
export type CommitFollowed = {
  /** Among the pushes of the app; a commit that was pushed twice stands twice. */
  position: number
  sha: string
  message: string
  author: string
  pushedAt: string
  isBad: boolean
  /** Number of the execution that carries it. */
  execution: number | null
  build: BuildCell | null
  /** By the id of the environment; absent where it never came so far. */
  cells: Record<string, CommitCell>
  /** The stage before which it waits itself. */
  waitsBefore: { stage: string; since: string } | null
  why: WhyNotFurther
}

type BuildCell = {
  is: 'running' | 'succeeded' | 'failed' | 'stopped' | 'never'
  /** When it came to be so. */
  at: string
  /** It was built as part of this newer commit. */
  with: string | null
}

const commitsShown = 20

const pushesRow = z.tuple([z.object({ pushes: pushRows })])

/** The newest twenty commits of an app, newest first. Throws not-found. */
export async function followCommits(
  db: Database,
  organisationId: OrganisationId,
  appName: string,
): Promise<CommitFollowed[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, appName)
    const rows = await tx.revision.findMany({
      where: { appId: app.id },
      orderBy: { position: 'desc' },
      take: commitsShown,
      omit: { plan: true, planErrors: true },
    })
    const oldest = rows.at(-1)
    if (oldest === undefined) return []
    const from = pushesFrom(Prisma.sql`${app.id}`, Prisma.sql`${oldest.position}`)
    const [{ pushes }] = pushesRow.parse(await tx.$queryRaw`select (${from}) as pushes`)
    const places = await placesOf(tx, app.id, oldest.pushedAt)
    const read = pushes.findLast(({ state }) => (state?.stages.length ?? 0) > 0)?.state
    const inPipeline = new Set(
      read?.stages.flatMap(({ waves }) =>
        waves.flatMap(({ targets }) => targets.map((target): string => target.environmentId)),
      ),
    )
    return rows.map((row) => {
      const carrier = carrierOf(pushes, row.position)
      const isOwn = carrier?.revision.id === row.id
      const cells = places.map((place) => ({
        ...place,
        cell: commitCell(row.position, place.reaches, place.live),
      }))
      const waiting = isOwn
        ? carrier.state?.stages.find(({ lane }) => lane.is === 'holding' || lane.is === 'waiting')
        : undefined
      return {
        position: row.position,
        sha: row.sha,
        message: firstLine(row.message),
        author: row.author,
        pushedAt: row.pushedAt.toISOString(),
        isBad: row.badSince !== null,
        execution: carrier?.number ?? null,
        build: buildCell(pushes, row),
        cells: Object.fromEntries(cells.flatMap(({ id, cell }) => (cell === null ? [] : [[id, cell]]))),
        waitsBefore:
          waiting !== undefined && 'since' in waiting.lane
            ? { stage: waiting.name, since: waiting.lane.since }
            : null,
        why: whyNotFurther({
          execution: carrier?.state,
          ridesWith: carrier === undefined || isOwn ? null : carrier.revision.sha,
          bad:
            row.badSince === null ? null : (errorSchema.safeParse(row.badReason).data?.what ?? 'It was red.'),
          failed: errorSchema.nullable().parse(carrier?.error ?? null)?.what ?? null,
          cells: new Map(
            cells.flatMap(({ id, name, cell }) => (inPipeline.has(id) ? [[name, cell] as const] : [])),
          ),
        }),
      }
    })
  })
}

/** An environment with what reached it since a time, oldest first, and the position of what runs there. */
type Place = { id: string; name: string; reaches: Reach[]; live: number | null }

const reachStatus = z.enum(['running', 'healthy', 'failed', 'cancelled'])

async function placesOf(tx: Tx, appId: AppId, since: Date): Promise<Place[]> {
  const environments = await tx.environment.findMany({
    where: { appId, deletedAt: null },
    select: { id: true, name: true, liveReleaseId: true },
  })
  const live = await tx.release.findMany({
    where: { id: { in: environments.flatMap(({ liveReleaseId }) => liveReleaseId ?? []) } },
    select: { id: true, revision: { select: { position: true } } },
  })
  const deployments = await tx.deployment.findMany({
    where: {
      environmentId: { in: environments.map(({ id }) => id) },
      startedAt: { gte: since },
      rehearses: false,
    },
    orderBy: { startedAt: 'asc' },
    select: {
      environmentId: true,
      status: true,
      startedAt: true,
      endedAt: true,
      executionId: true,
      releaseId: true,
      execution: { select: { kind: true, revision: { select: { position: true, sha: true } } } },
      release: { select: { revision: { select: { position: true, sha: true } } } },
    },
  })
  return environments.map(({ id, name, liveReleaseId }) => {
    const here = deployments.filter(({ environmentId }) => environmentId === id)
    const reaches = here.map((each, index): Reach => {
      // The first deployment of a push is of its own commit, also where equal bytes were a release here before.
      const isFirst = here.findIndex(({ executionId }) => executionId === each.executionId) === index
      const isOwn = isFirst && each.execution.kind === 'push'
      return {
        ...(isOwn ? each.execution.revision : each.release.revision),
        status: reachStatus.parse(each.status),
        startedAt: each.startedAt,
        endedAt: each.endedAt,
      }
    })
    const last = here.findLastIndex(({ status }) => status === 'healthy')
    const isKnown = here[last]?.releaseId === liveReleaseId
    const release = live.find((each) => each.id === liveReleaseId)
    return {
      id,
      name,
      reaches,
      live: (isKnown ? reaches[last]?.position : undefined) ?? release?.revision.position ?? null,
    }
  })
}

/** The build of a commit's own push; of the one whose push brought it, where it was not the newest of that. */
function buildCell(pushes: readonly Push[], { position }: { position: number }): BuildCell | null {
  const push = pushes.find((each) => each.revision.position >= position)
  const build = push?.state?.build
  if (push === undefined || build === undefined || build.is === 'skipped') return null
  const by = push.revision.position === position ? null : push.revision.sha
  if (build.is === 'never') return { is: build.is, at: push.createdAt.toISOString(), with: by }
  return { is: build.is, at: 'endedAt' in build ? build.endedAt : build.since, with: by }
}
