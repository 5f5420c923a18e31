import type { Clock, OrganisationId } from '@slipway/core'
import { Prisma, type Tx } from '@slipway/db'
import { defineJob, enqueue, type Handler, handle } from '@slipway/jobs'
import { z } from 'zod'
import { hourMilliseconds } from './decide/month.ts'
import { organisationIdSchema } from './organisation-id.ts'

/** Recordings of an hour are gathered so long before the hour is read again. */
const gatherMilliseconds = 60_000

/** A recording's transaction has ended so long after it read the clock. */
const marginMilliseconds = 10_000

const rollUp = defineJob({
  name: 'billing.roll-up',
  payload: z.object({
    organisationId: organisationIdSchema,
    from: z.iso.datetime(),
    until: z.iso.datetime(),
  }),
  attempts: 20,
  spacingSeconds: 10,
  timeoutSeconds: 60,
})

export const rollUpHandler: Handler = handle(rollUp, async ({ organisationId, from, until }, { db }) => {
  await db.inOrganisation(organisationId, (tx) =>
    rollUpHours(tx, organisationId, new Date(from), new Date(until)),
  )
})

/**
 * Reads the usage of the hours that start in `[from, until)` again and overwrites what was rolled up before; it never
 * adds. What was recorded after its month's cutoff is left out, so that a frozen month stays what it was.
 */
export async function rollUpHours(
  tx: Tx,
  organisationId: OrganisationId,
  from: Date,
  until: Date,
): Promise<void> {
  // Of a day the hours that are read again, and their places in its 24 masks of 8 bytes.
  const hourOfDay = (at: Date) =>
    Prisma.sql`ceil(extract(epoch from ${at}::timestamptz at time zone 'UTC' - known.day) / 3600)::int`
  const first = Prisma.sql`greatest(0, ${hourOfDay(from)})`
  const count = Prisma.sql`(least(24, ${hourOfDay(until)}) - ${first})`
  const again = Prisma.sql`(((1 << ${count}) - 1) << ${first})`
  const newer = Prisma.sql`overlay(
    known.masks placing substring(excluded.masks from ${first} * 8 + 1 for ${count} * 8) from ${first} * 8 + 1
  )`
  await tx.$executeRaw`
    with awake as (
      select service_id, hour at time zone 'UTC' as hour, ${maskOfUsage} as mask
      from usage
      where organisation_id = ${organisationId} and hour >= ${from} and hour < ${until}
        and recorded_at < ${cutoffOfHour}
      group by service_id, hour
    )
    insert into service_day as known (organisation_id, service_id, day, masks)
    select ${organisationId}, seen.service_id, day, string_agg(int8send(coalesce(mask, 0)), '' order by at)
    from (select distinct service_id, hour::date as day from awake) as seen
    cross join generate_series(0, 23) as at
    left join awake on awake.service_id = seen.service_id and awake.hour = day + at * interval '1 hour'
    group by seen.service_id, day order by seen.service_id, day
    on conflict (organisation_id, service_id, day)
    do update set masks = ${newer}, stale = known.stale & ~${again}
    where known.stale & ${again} <> 0 or known.masks <> ${newer}`
}

/** Of the rows of one service and hour, what was seen without what was voided. */
export const maskOfUsage = Prisma.sql`(
  coalesce(bit_or(mask) filter (where kind = 'seen'), 0) & ~coalesce(bit_or(mask) filter (where kind = 'void'), 0)
)`

/** As `cutoffOf` says it, of the month that a row's hour lies in. */
export const cutoffOfHour = Prisma.sql`(
  (date_trunc('month', hour at time zone 'UTC') + interval '1 month 30 minutes') at time zone 'UTC'
)`

/**
 * Says that the roll-up of these hours is behind, in the transaction that records something for them; whoever reads
 * them meanwhile reads the rows. In order, so that two recordings never wait for each other in a circle.
 */
export async function markStale(
  tx: Tx,
  organisationId: OrganisationId,
  rows: { serviceId: string; hour: Date }[],
): Promise<void> {
  await tx.$executeRaw`
    insert into service_day as known (organisation_id, service_id, day, stale)
    select ${organisationId}, service_id, hour::date, bit_or(1 << extract(hour from hour)::int)
    from unnest(${rows.map((row) => row.serviceId)}::text[], ${rows.map((row) => row.hour)}::timestamptz[])
      as row (service_id, at) cross join lateral (select at at time zone 'UTC' as hour) as utc
    group by service_id, hour::date order by service_id, hour::date
    on conflict (organisation_id, service_id, day) do update set stale = known.stale | excluded.stale
    where known.stale & excluded.stale <> excluded.stale`
}

/**
 * Asks for these hours to be rolled up a minute from now, once for all recordings of that minute. The job runs
 * after the minute has ended: a recording that it could miss has asked for the next one.
 */
export async function enqueueRollUp(
  tx: Tx,
  organisationId: OrganisationId,
  hours: Date[],
  clock: Clock,
): Promise<void> {
  const times = hours.map((hour) => hour.getTime())
  const from = new Date(Math.min(...times)).toISOString()
  const until = new Date(Math.max(...times) + hourMilliseconds).toISOString()
  const gathered = Math.floor(clock.now().getTime() / gatherMilliseconds) + 1
  const key = `${organisationId} ${from} ${until} ${gathered}`
  const dueAt = new Date(gathered * gatherMilliseconds + marginMilliseconds)
  await enqueue(tx, rollUp, { organisationId, from, until }, { organisationId, key, dueAt })
}
