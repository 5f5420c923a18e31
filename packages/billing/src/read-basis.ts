import type { OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { z } from 'zod'
import { cutoffOf, hourMilliseconds, type Month } from './decide/month.ts'
import { type PlanChange, plans } from './decide/plan-spans.ts'
import type { AwakeHour, Basis } from './decide/price.ts'
import type { Membership } from './decide/seat-spans.ts'

const planSchema = z.enum(plans)

/** A row a service, its hours as `hour:mask` in hours since 1970 and hexadecimal: a tenth of the time of a row an hour. */
const awakeSchema = z.array(z.object({ service_id: z.string(), hours: z.string() }))

/**
 * What a month's price depends on, up to `until`: the awake minutes out of the raw rows that were recorded
 * before the cutoff, the seats, the plans. The same rows give the same basis, whenever it is read.
 */
export async function readBasis(
  tx: Tx,
  organisationId: OrganisationId,
  month: Month,
  until: Date,
): Promise<Basis> {
  return {
    month,
    until,
    awake: await readAwakeFromRows(tx, organisationId, month),
    roster: await readRoster(tx, organisationId, month),
    planChanges: await readPlanChanges(tx, organisationId),
  }
}

/** The same out of the roll-up. */
export async function readBasisFast(
  tx: Tx,
  organisationId: OrganisationId,
  month: Month,
  now: Date,
): Promise<Basis> {
  return {
    month,
    until: now < month.end ? now : month.end,
    awake: await readAwakeFast(tx, organisationId, month),
    roster: await readRoster(tx, organisationId, month),
    planChanges: await readPlanChanges(tx, organisationId),
  }
}

/** The awake minutes of a month out of the roll-up; hours in which something was recorded since come from the rows. */
export async function readAwakeFast(
  tx: Tx,
  organisationId: OrganisationId,
  month: Month,
): Promise<AwakeHour[]> {
  const rolledUp = await tx.$queryRaw`
    select service_id, string_agg(extract(epoch from hour)::bigint / 3600 || ':' || to_hex(mask), ',') as hours
    from service_hour
    where organisation_id = ${organisationId} and hour >= ${month.start} and hour < ${month.end}
      and not is_stale and mask <> 0
    group by service_id`
  const stale = await tx.$queryRaw`
    select service_id, string_agg(extract(epoch from hour)::bigint / 3600 || ':' || to_hex(seen), ',') as hours
    from service_hour as stale cross join lateral (
      select
        coalesce(bit_or(usage.mask) filter (where kind = 'seen'), 0)
          & ~coalesce(bit_or(usage.mask) filter (where kind = 'void'), 0) as seen
      from usage
      where usage.organisation_id = stale.organisation_id and usage.service_id = stale.service_id
        and usage.hour = stale.hour and recorded_at < ${cutoffOf(month)}
    ) as awake
    where organisation_id = ${organisationId} and hour >= ${month.start} and hour < ${month.end}
      and is_stale and seen <> 0
    group by service_id`
  return [...parseAwake(rolledUp), ...parseAwake(stale)]
}

async function readAwakeFromRows(tx: Tx, organisationId: OrganisationId, month: Month): Promise<AwakeHour[]> {
  const rows = await tx.$queryRaw`
    select service_id, string_agg(extract(epoch from hour)::bigint / 3600 || ':' || to_hex(mask), ',') as hours
    from (
      select service_id, hour,
        coalesce(bit_or(mask) filter (where kind = 'seen'), 0)
          & ~coalesce(bit_or(mask) filter (where kind = 'void'), 0) as mask
      from usage
      where organisation_id = ${organisationId} and hour >= ${month.start} and hour < ${month.end}
        and recorded_at < ${cutoffOf(month)}
      group by service_id, hour
    ) as awake
    where mask <> 0
    group by service_id`
  return parseAwake(rows)
}

function parseAwake(rows: unknown): AwakeHour[] {
  return awakeSchema.parse(rows).flatMap(({ service_id: serviceId, hours }) =>
    hours.split(',').map((entry): AwakeHour => {
      const at = entry.indexOf(':')
      const hour = new Date(Number(entry.slice(0, at)) * hourMilliseconds)
      return { serviceId, hour, mask: BigInt(`0x${entry.slice(at + 1)}`) }
    }),
  )
}

async function readRoster(tx: Tx, organisationId: OrganisationId, month: Month): Promise<Membership[]> {
  return tx.member.findMany({
    where: {
      organisationId,
      role: { not: 'viewer' },
      since: { lt: month.end },
      OR: [{ until: null }, { until: { gt: month.start } }],
    },
    select: { userId: true, since: true, until: true },
  })
}

export async function readPlanChanges(tx: Tx, organisationId: OrganisationId): Promise<PlanChange[]> {
  const rows = await tx.planChange.findMany({
    where: { organisationId },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    select: { plan: true, at: true },
  })
  return rows.map((row) => ({ plan: planSchema.parse(row.plan), at: row.at }))
}
