import type { executionKinds } from './execution.ts'
import type { Status } from './status.ts'

/** An execution that deployed into the last stage, with what it did there. */
export type Delivery = {
  number: number
  kind: (typeof executionKinds)[number]
  status: Status
  createdAt: Date
  pushedAt: Date
  /** When the first of its deployments or checks was red; null where none was. */
  redAt: Date | null
  /** In the environments of the last stage, oldest first. */
  deployments: readonly {
    environmentId: string
    releaseId: string
    previousReleaseId: string | null
    status: 'running' | 'healthy' | 'failed' | 'cancelled'
    endedAt: Date | null
  }[]
}

/** How an app is delivered, after https://dora.dev/guides/dora-metrics-four-keys. Null: there is nothing to count. */
export type DeliveryFigures = {
  /** Over which time. */
  days: number
  /** So many of them came through; a day, over all of these days. */
  deployments: { count: number; perDay: number } | null
  /** Median from the push to all of the last stage being healthy, of so many pushes. */
  lead: { milliseconds: number; of: number } | null
  /** Share, 0 to 1, that failed or was rolled back, of those that are over. */
  rolledBack: { share: number; count: number; of: number } | null
  /** Median from red to what ran before being healthy again, of so many times. */
  restore: { milliseconds: number; of: number } | null
}

/** Of all that deployed into the last stage in the last `days` days; rollbacks are what cures and are not counted as deployments. */
export function deliveryFigures(deliveries: readonly Delivery[], days: number): DeliveryFigures {
  const changes = deliveries.filter(({ kind }) => kind !== 'rollback')
  const undone = new Set(deliveries.filter(({ kind }) => kind === 'rollback').flatMap(replacedBy))
  const isRed = (change: Delivery) =>
    change.status === 'failed' ||
    change.status === 'going-back' ||
    ownOf(change).some(({ environmentId, releaseId }) => undone.has(`${environmentId} ${releaseId}`))
  const through = changes.filter((change) => cameThroughAt(change) !== undefined)
  const over = changes.filter((change) => isRed(change) || isOver(change))
  const red = over.filter(isRed)
  return {
    days,
    deployments: changes.length === 0 ? null : { count: through.length, perDay: through.length / days },
    lead: medianOf(
      through.flatMap((change) => {
        const at = cameThroughAt(change)
        return change.kind === 'push' && at !== undefined ? [at.getTime() - change.pushedAt.getTime()] : []
      }),
    ),
    rolledBack:
      over.length === 0 ? null : { share: red.length / over.length, count: red.length, of: over.length },
    restore: medianOf(deliveries.flatMap(restoredIn)),
  }
}

/** The first deployment in each environment is the change itself; a second one puts back what ran before. */
function ownOf({ deployments }: Delivery): Delivery['deployments'] {
  return deployments.filter(
    ({ environmentId }, index) =>
      deployments.findIndex((each) => each.environmentId === environmentId) === index,
  )
}

function waysBackOf(delivery: Delivery): Delivery['deployments'] {
  if (delivery.kind === 'rollback') return delivery.deployments
  const own = ownOf(delivery)
  return delivery.deployments.filter((each) => !own.includes(each))
}

function replacedBy({ deployments }: Delivery): string[] {
  return deployments.flatMap(({ environmentId, previousReleaseId, status }) =>
    previousReleaseId !== null && status === 'healthy' ? [`${environmentId} ${previousReleaseId}`] : [],
  )
}

/** Undefined while a part of it is not healthy, and for what did not stay. */
function cameThroughAt(delivery: Delivery): Date | undefined {
  if (delivery.status !== 'succeeded') return undefined
  return lastHealthy(ownOf(delivery))
}

function isOver({ status }: Delivery): boolean {
  return status === 'succeeded' || status === 'failed'
}

/** A rollback begins when a person asks for it; what goes back by itself, when it was red. */
function restoredIn(delivery: Delivery): number[] {
  const from = delivery.kind === 'rollback' ? delivery.createdAt : delivery.redAt
  const to = lastHealthy(waysBackOf(delivery))
  return from === null || to === undefined ? [] : [to.getTime() - from.getTime()]
}

/** When the last of them was healthy; undefined unless all are. */
function lastHealthy(deployments: Delivery['deployments']): Date | undefined {
  const ends = deployments.flatMap(({ status, endedAt }) =>
    status === 'healthy' && endedAt !== null ? [endedAt] : [],
  )
  if (ends.length === 0 || ends.length < deployments.length) return undefined
  return new Date(Math.max(...ends.map((end) => end.getTime())))
}

function medianOf(values: readonly number[]): { milliseconds: number; of: number } | null {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) return null
  const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? upper) : upper
  return { milliseconds: Math.round((lower + upper) / 2), of: sorted.length }
}
