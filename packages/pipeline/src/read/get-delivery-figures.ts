import type { AppId, Clock, OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { z } from 'zod'
import { type Delivery, type DeliveryFigures, deliveryFigures } from '../decide/delivery-figures.ts'
import { executionKinds, executionSchema } from '../decide/execution.ts'
import { checksOf, targetsOf } from '../decide/places.ts'
import { statuses } from '../decide/status.ts'

/** `stage` is the last one of the newest manifest; null before the first push that was read. */
export type DeliveryShown = DeliveryFigures & { stage: string | null }

const daysShown = 30

/** The four figures of an app over the last thirty days. Throws not-found. */
export async function getDeliveryFigures(
  db: Database,
  organisationId: OrganisationId,
  appName: string,
  clock: Clock,
): Promise<DeliveryShown> {
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, appName)
    const last = await lastStageOf(tx, app.id)
    if (last === undefined) return { ...deliveryFigures([], daysShown), stage: null }
    const since = new Date(clock.now().getTime() - daysShown * 86_400_000)
    const deliveries = await deliveriesInto(tx, app.id, last.environments, since)
    return { ...deliveryFigures(deliveries, daysShown), stage: last.stage }
  })
}

const lastStageRow = z.object({ stage: z.string(), environments: z.array(z.string()) })

async function lastStageOf(tx: Tx, appId: AppId): Promise<z.infer<typeof lastStageRow> | undefined> {
  const [row] = await tx.$queryRaw<unknown[]>`
    select last->>'name' as stage, array(
      select target->>'environmentId'
      from jsonb_array_elements(last->'waves') as wave, jsonb_array_elements(wave->'targets') as target
    ) as environments
    from (
      select state->'stages'->-1 as last from execution
      where app_id = ${appId} and kind = 'push' and coalesce(state->'stages', '[]') <> '[]'
      order by number desc limit 1
    ) as newest`
  return row === undefined ? undefined : lastStageRow.parse(row)
}

const rowSchema = z.object({ kind: z.enum(executionKinds), status: z.enum(statuses) })
const deploymentStatus = z.enum(['running', 'healthy', 'failed', 'cancelled'])

async function deliveriesInto(
  tx: Tx,
  appId: AppId,
  environments: readonly string[],
  since: Date,
): Promise<Delivery[]> {
  const inLastStage = { environmentId: { in: [...environments] }, rehearses: false }
  const rows = await tx.execution.findMany({
    where: { appId, deployments: { some: { ...inLastStage, startedAt: { gte: since } } } },
    orderBy: { number: 'asc' },
    omit: { state: true },
    include: {
      revision: { select: { pushedAt: true } },
      deployments: { where: inLastStage, orderBy: { startedAt: 'asc' } },
    },
  })
  // Only what went wrong has a time at which it did, and its whole state is large.
  const red = await tx.execution.findMany({
    where: {
      id: { in: rows.map(({ id }) => id) },
      status: { in: ['failed', 'going-back'] },
    },
    select: { id: true, state: true },
  })
  const redAt = new Map(red.map(({ id, state }) => [id, redAtOf(state, environments)]))
  return rows.map(({ number, createdAt, revision, deployments, ...row }) => ({
    ...rowSchema.parse(row),
    number,
    createdAt,
    pushedAt: revision.pushedAt,
    redAt: redAt.get(row.id) ?? null,
    deployments: deployments.map(({ environmentId, releaseId, previousReleaseId, status, endedAt }) => ({
      environmentId,
      releaseId,
      previousReleaseId,
      status: deploymentStatus.parse(status),
      endedAt,
    })),
  }))
}

/** The first failure of a deployment or check in the stage that deploys to these environments. */
function redAtOf(state: unknown, environments: readonly string[]): Date | null {
  const stages = executionSchema
    .parse(state)
    .stages.filter((stage) =>
      targetsOf(stage).some(([, { environmentId }]) => environments.includes(environmentId)),
    )
  const ends = stages
    .flatMap((stage) => [
      ...targetsOf(stage).map(([, { progress }]) => progress),
      ...checksOf(stage).map(([, { progress }]) => progress),
    ])
    .flatMap((progress) => (progress.is === 'failed' ? [progress.endedAt] : []))
    .toSorted()
  return ends[0] === undefined ? null : new Date(ends[0])
}
