import { type CostShown, readStandingCosts, runnerCost, showAmount, showCost } from '@slipway/cloud'
import type { Clock, MicroDollars, OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { measuredMinutes } from '@slipway/hosts'
import { type Environment, findEnvironment } from './find-app.ts'

/**
 * What AWS asks for an environment at list prices: an estimate of what stands, not AWS's bill. Traffic, requests,
 * logs and taxes are in neither part.
 */
export type EnvironmentCost = {
  /** A month of what stands, but for the runner; null while nothing stands. */
  stands: CostShown | null
  /**
   * The runner of the account and region, which all apps there share: this UTC month so far. Null where there is
   * none.
   */
  runner: CostShown | null
}

/** Throws not-found. */
export async function getEnvironmentCost(
  db: Database,
  organisationId: OrganisationId,
  place: { app: string; environment: string },
  clock: Clock,
): Promise<EnvironmentCost> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, place.app, place.environment)
    const stands = (await readStandingCosts(tx, [environment.id])).get(environment.id)
    return {
      stands: stands === undefined ? null : showCost(stands),
      runner: await runnerOf(tx, environment, clock.now()),
    }
  })
}

async function runnerOf(tx: Tx, environment: Environment, now: Date): Promise<EnvironmentCost['runner']> {
  const { organisationId, cloudAccountId, region } = environment
  const runners = await tx.host.findMany({
    where: { cloudAccountId, region, kind: 'runner', instanceType: { not: null } },
    orderBy: { createdAt: 'asc' },
  })
  const runner = runners.findLast(({ state }) => state !== 'gone')
  if (!runner?.instanceType) return null
  const measured = await measuredMinutes(tx, {
    organisationId,
    // Also of one that was ended and replaced: its minutes were paid for.
    hostIds: runners.map(({ id }) => id),
    from: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)),
    until: now,
  })
  const minutes = [...measured.values()].reduce((sum, one) => sum + one, 0)
  return showCost(runnerCost(region, { instanceType: runner.instanceType, minutes }))
}

export type AppCosts = {
  /** Of each app in which something stands, a month, over its environments; null is unknown, not free. */
  apps: { app: string; microDollars: string | null }[]
  /** Null when one of them is unknown. */
  totalMicroDollars: string | null
  /** ISO day of the prices; null where nothing stands. */
  pricesAsOf: string | null
}

/** What AWS asks a month for what stands of all apps, at list prices. */
export async function listAppCosts(db: Database, organisationId: OrganisationId): Promise<AppCosts> {
  return db.inOrganisation(organisationId, async (tx) => {
    const apps = await tx.app.findMany({
      where: { organisationId, deletedAt: null },
      orderBy: { name: 'asc' },
      include: { environments: { where: { deletedAt: null }, select: { id: true } } },
    })
    const costs = await readStandingCosts(
      tx,
      apps.flatMap((app) => app.environments.map(({ id }) => id)),
    )
    const known = apps.flatMap((app) => {
      const totals = app.environments.flatMap(({ id }) => costs.get(id)?.totalMicroDollars ?? [])
      const standing = app.environments.filter(({ id }) => costs.has(id))
      if (standing.length === 0) return []
      return [{ app: app.name, amount: totals.length === standing.length ? sum(totals) : null }]
    })
    const amounts = known.flatMap(({ amount }) => amount ?? [])
    return {
      apps: known.map(({ app, amount }) => ({ app, microDollars: showAmount(amount) })),
      totalMicroDollars: amounts.length === known.length ? showAmount(sum(amounts)) : null,
      pricesAsOf: [...costs.values()][0]?.pricesAsOf ?? null,
    }
  })
}

function sum(amounts: MicroDollars[]): MicroDollars {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
