import type { ExecutionId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { Environment } from '@slipway/environments'
import { type Metrics, readMetrics, type TrafficSince, trafficSince } from '@slipway/hosts'

/** An environment of a bake. Minutes that began before `from` are of the release before. */
export type Place = { environment: Environment; from: Date }

/** What was measured in one place in the last minutes, one step each. */
export type Figures = { region: string; from: Date; metrics: Metrics }

/** Enough to find the newest minute that still counts as fresh, with those that run late. */
const minutesShown = 5
const minute = 60_000

/**
 * From when on each environment's figures are of this execution's release: the first whole minute after it became
 * healthy there, or after the bake was asked where nothing was deployed.
 */
export async function placesOf(
  tx: Tx,
  executionId: ExecutionId,
  environments: readonly Environment[],
  since: Date,
): Promise<Place[]> {
  const healthy = await tx.deployment.findMany({
    where: {
      executionId,
      environmentId: { in: environments.map(({ id }) => id) },
      status: 'healthy',
      endedAt: { not: null },
    },
    orderBy: { endedAt: 'asc' },
    select: { environmentId: true, endedAt: true },
  })
  const healthyAt = new Map(healthy.map(({ environmentId, endedAt }) => [environmentId, endedAt ?? since]))
  return environments.map((environment) => {
    const from = (healthyAt.get(environment.id) ?? since).getTime()
    return { environment, from: new Date(Math.ceil(from / minute) * minute) }
  })
}

/** How much each place has answered since, and until when that is known. */
export async function readTraffic(
  tx: Tx,
  places: readonly Place[],
): Promise<(TrafficSince & { region: string })[]> {
  const all = []
  for (const { environment, from } of places) {
    const { organisationId, id: environmentId, region } = environment
    all.push({ region, ...(await trafficSince(tx, { organisationId, environmentId, from })) })
  }
  return all
}

/** The last full minutes of each place, as the charts show them. */
export async function readFigures(tx: Tx, places: readonly Place[], now: Date): Promise<Figures[]> {
  const lastFull = Math.floor(now.getTime() / minute) * minute - minute
  const startsAt = new Date(lastFull - (minutesShown - 1) * minute)
  const steps = { startsAt, stepMinutes: 1, count: minutesShown }
  const all: Figures[] = []
  for (const { environment, from } of places) {
    const { organisationId, id: environmentId, region } = environment
    all.push({ region, from, metrics: await readMetrics(tx, { organisationId, environmentId, steps }) })
  }
  return all
}
