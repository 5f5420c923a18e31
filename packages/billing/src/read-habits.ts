import type { OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { type Habits, lookBackMilliseconds } from './decide/forecast.ts'
import { monthBefore } from './decide/month.ts'
import type { Basis } from './decide/price.ts'
import { readAwakeFast } from './read-basis.ts'

/** What a forecast goes by: the services that exist now, and the hours of the last two weeks, also before the month. */
export async function readHabits(tx: Tx, organisationId: OrganisationId, basis: Basis): Promise<Habits> {
  const { month, until, awake } = basis
  const since = until.getTime() - lookBackMilliseconds
  const before =
    since < month.start.getTime() ? await readAwakeFast(tx, organisationId, monthBefore(month)) : []
  const services = await tx.service.findMany({
    where: { organisationId, removedAt: null },
    select: { id: true, createdAt: true },
  })
  return {
    services: services.map(({ id, createdAt }) => ({ serviceId: id, since: createdAt })),
    past: [...before, ...awake],
  }
}
