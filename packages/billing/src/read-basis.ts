import type { OrganisationId } from '@slipway/core'
import { Prisma, type Tx } from '@slipway/db'
import { z } from 'zod'
import {
  type Awake,
  type AwakeHour,
  awakeOf,
  type Hours,
  halfHour,
  indexOf,
  type Minutes,
  noMinutesOf,
  setMask,
} from './decide/awake.ts'
import { cutoffOf, hourMilliseconds, hoursOfMonth, type Month } from './decide/month.ts'
import { type PlanChange, plans } from './decide/plan-spans.ts'
import type { Basis } from './decide/price.ts'
import type { Membership } from './decide/seat-spans.ts'
import { cutoffOfHour, maskOfUsage } from './roll-up.ts'

/** Asks one statement of an organisation's rows: in a transaction that goes on, or by itself. */
export type Ask = (statement: Prisma.Sql) => Promise<unknown>

export const askIn =
  (tx: Tx): Ask =>
  (statement) =>
    tx.$queryRaw(statement)

/**
 * What a month's price depends on, up to `until`: the awake minutes out of the raw rows that were recorded
 * before the cutoff, the seats, the plans. The same rows give the same basis, whenever it is read.
 */
export async function readBasis(
  ask: Ask,
  organisationId: OrganisationId,
  month: Month,
  until: Date,
): Promise<Basis> {
  return {
    month,
    until,
    awake: await readAwakeFromRows(ask, organisationId, month),
    roster: await readRoster(ask, organisationId, month),
    planChanges: await readPlanChanges(ask, organisationId),
  }
}

/** The same out of the roll-up. */
export async function readBasisFast(
  ask: Ask,
  organisationId: OrganisationId,
  month: Month,
  now: Date,
): Promise<Basis> {
  return {
    month,
    until: now < month.end ? now : month.end,
    awake: await readAwakeFast(ask, organisationId, hoursOfMonth(month)),
    roster: await readRoster(ask, organisationId, month),
    planChanges: await readPlanChanges(ask, organisationId),
  }
}

const rolledUpSchema = z.array(
  z.object({
    service_id: z.string(),
    /** In base64 a record a day: its number since 1970 in 4 bytes, and its 24 masks. */
    days: z.string(),
    /** Of each day that is behind the hours, by their numbers since 1970, with their masks in hexadecimal. */
    stale: z.array(z.array(z.tuple([z.number(), z.string()]))),
  }),
)

/**
 * The awake minutes of whole UTC days out of the roll-up; hours in which something was recorded since come from the
 * rows. In one statement, so that an hour that is rolled up meanwhile comes from the one or the other.
 */
export async function readAwakeFast(ask: Ask, organisationId: OrganisationId, hours: Hours): Promise<Awake> {
  const date = (at: Date) => Prisma.sql`${at.toISOString().slice(0, 10)}::date`
  const rows = await ask(Prisma.sql`
    select service_id,
      encode(string_agg(int4send(day - date '1970-01-01') || masks, '' order by day), 'base64') as days,
      coalesce(json_agg(hours) filter (where stale <> 0), '[]') as stale
    from (
      select service_id, day, masks, stale, case when stale <> 0 then (
        select json_agg(json_build_array((day - date '1970-01-01') * 24 + at, to_hex(mask)))
        from generate_series(0, 23) as at cross join lateral (
          select ${maskOfUsage} as mask from usage
          where organisation_id = ${organisationId} and service_id = rolled_up.service_id
            and hour = (day + at * interval '1 hour') at time zone 'UTC' and recorded_at < ${cutoffOfHour}
        ) as usage
        where (stale >> at) & 1 = 1
      ) end as hours
      from service_day as rolled_up
      where organisation_id = ${organisationId} and day >= ${date(hours.from)} and day < ${date(hours.until)}
    ) as day
    group by service_id`)
  const found = rolledUpSchema.parse(rows)
  const minutesOf = noMinutesOf(found.length, hours)
  const services = found.map(({ service_id: serviceId, days, stale }, index) => {
    const minutes = minutesOf(index)
    readDays(Buffer.from(days, 'base64'), minutes, hours.from)
    for (const [hour, mask] of stale.flat())
      setMask(minutes, indexOf(new Date(hour * hourMilliseconds), hours.from), BigInt(`0x${mask}`))
    return [serviceId, minutes] as const
  })
  return { ...hours, services: new Map(services) }
}

const bytesOfMask = 8
const bytesOfDay = 4 + 24 * bytesOfMask

function readDays(days: Buffer, minutes: Minutes, from: Date): void {
  for (let day = 0; day < days.length; day += bytesOfDay) {
    let index = indexOf(new Date(days.readInt32BE(day) * 24 * hourMilliseconds), from)
    for (let at = day + 4; at < day + bytesOfDay; at += bytesOfMask) {
      const [high, low] = [days.readInt32BE(at), days.readInt32BE(at + 4)]
      minutes[index++] = low & halfHour
      minutes[index++] = ((high << 2) | (low >>> 30)) & halfHour
    }
  }
}

/** A row a service, its hours as `hour:mask` in hours since 1970 and hexadecimal: a tenth of the time of a row an hour. */
const rowsSchema = z.array(z.object({ service_id: z.string(), hours: z.string() }))

async function readAwakeFromRows(ask: Ask, organisationId: OrganisationId, month: Month): Promise<Awake> {
  const rows = await ask(Prisma.sql`
    select service_id, string_agg(extract(epoch from hour)::bigint / 3600 || ':' || to_hex(mask), ',') as hours
    from (
      select service_id, hour, ${maskOfUsage} as mask
      from usage
      where organisation_id = ${organisationId} and hour >= ${month.start} and hour < ${month.end}
        and recorded_at < ${cutoffOf(month)}
      group by service_id, hour
    ) as awake
    where mask <> 0
    group by service_id`)
  const seen = rowsSchema.parse(rows).flatMap(({ service_id: serviceId, hours }) =>
    hours.split(',').map((entry): AwakeHour => {
      const at = entry.indexOf(':')
      const hour = new Date(Number(entry.slice(0, at)) * hourMilliseconds)
      return { serviceId, hour, mask: BigInt(`0x${entry.slice(at + 1)}`) }
    }),
  )
  return awakeOf(seen, hoursOfMonth(month))
}

const rosterSchema = z.array(z.object({ userId: z.string(), since: z.date(), until: z.date().nullable() }))

async function readRoster(ask: Ask, organisationId: OrganisationId, month: Month): Promise<Membership[]> {
  const rows = await ask(Prisma.sql`
    select user_id as "userId", since, until from member
    where organisation_id = ${organisationId} and role <> 'viewer' and since < ${month.end}
      and (until is null or until > ${month.start})`)
  return rosterSchema.parse(rows)
}

const planChangesSchema = z.array(z.object({ plan: z.enum(plans), at: z.date() }))

export async function readPlanChanges(ask: Ask, organisationId: OrganisationId): Promise<PlanChange[]> {
  const rows = await ask(
    Prisma.sql`select plan, at from plan_change where organisation_id = ${organisationId} order by at, id`,
  )
  return planChangesSchema.parse(rows)
}
