import type { OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'

/**
 * In how many minutes that began in `[from, until)` each of these hosts measured itself, by id; a host without any
 * is left out. It measures while its agent runs, so this is about as long as its instance ran.
 */
export async function measuredMinutes(
  tx: Tx,
  of: { organisationId: OrganisationId; hostIds: string[]; from: Date; until: Date },
): Promise<Map<string, number>> {
  const { organisationId, hostIds, from, until } = of
  const rows = await tx.metricMinute.groupBy({
    by: ['hostId'],
    where: { organisationId, hostId: { in: hostIds }, serviceId: '', minute: { gte: from, lt: until } },
    _count: true,
  })
  return new Map(rows.map((row) => [row.hostId, row._count]))
}
