import type { Clock, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
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
 * Reads the usage of the hours in `[from, until)` again and overwrites what was rolled up before; it never
 * adds. What was recorded after its month's cutoff is left out, so that a frozen month stays what it was.
 */
export async function rollUpHours(
  tx: Tx,
  organisationId: OrganisationId,
  from: Date,
  until: Date,
): Promise<void> {
  await tx.$executeRaw`
    insert into service_hour (organisation_id, service_id, hour, mask, minutes)
    select ${organisationId}, service_id, hour, mask, bit_count(mask::bit(64))
    from (
      select service_id, hour,
        coalesce(bit_or(mask) filter (where kind = 'seen'), 0)
          & ~coalesce(bit_or(mask) filter (where kind = 'void'), 0) as mask
      from usage
      where organisation_id = ${organisationId} and hour >= ${from} and hour < ${until}
        and recorded_at < (date_trunc('month', hour at time zone 'UTC') + interval '1 month 30 minutes') at time zone 'UTC'
      group by service_id, hour
    ) as awake
    order by service_id, hour
    on conflict (organisation_id, service_id, hour)
    do update set mask = excluded.mask, minutes = excluded.minutes, is_stale = false
    where service_hour.is_stale or service_hour.mask <> excluded.mask`
}

/**
 * Says that the roll-up of these hours is behind, in the transaction that records something for them. In order,
 * so that two recordings never wait for each other in a circle.
 */
export async function markStale(
  tx: Tx,
  organisationId: OrganisationId,
  rows: { serviceId: string; hour: Date }[],
): Promise<void> {
  await tx.$executeRaw`
    insert into service_hour (organisation_id, service_id, hour, mask, minutes, is_stale)
    select distinct ${organisationId}, service_id, hour, 0, 0, true
    from unnest(${rows.map((row) => row.serviceId)}::text[], ${rows.map((row) => row.hour)}::timestamptz[])
      as row (service_id, hour)
    order by service_id, hour
    on conflict (organisation_id, service_id, hour) do update set is_stale = true`
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
