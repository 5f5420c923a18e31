import type { Clock, OrganisationId } from '@slipway/core'
import { announce, type Database, ensurePartition, type Tx } from '@slipway/db'
import { defineJob, type Handler, handle } from '@slipway/jobs'
import { z } from 'zod'
import { enqueueClosing } from './closing/close-month.ts'
import { type Mask, minutesTouched } from './decide/mask.ts'
import { cutoffOf, type Month, monthOf } from './decide/month.ts'
import { lockBillShared } from './lock.ts'
import { organisationIdSchema } from './organisation-id.ts'
import { enqueueRollUp, markStale } from './roll-up.ts'

/** What was not acknowledged is said again at most so far back; a longer time is cut to it. */
const secondsBackMax = 15 * 60

/**
 * A host told us that these services were running. `receivedAt` is when *we* heard it, by the product's clock:
 * that is the evidence. `seconds` is how long before that moment the host speaks of, by its monotonic clock.
 */
export const recordUsage = defineJob({
  name: 'billing.record-usage',
  payload: z.object({
    organisationId: organisationIdSchema,
    hostId: z.string(),
    boot: z.string(),
    sequence: z.number().int().nonnegative(),
    receivedAt: z.iso.datetime(),
    seconds: z.number().nonnegative(),
    serviceIds: z.array(z.string()),
  }),
  attempts: 20,
  spacingSeconds: 5,
  timeoutSeconds: 30,
})

export type UsageRow = {
  serviceId: string
  /** Start of a UTC hour. */
  hour: Date
  source: string
  sequence: number
  kind: 'seen' | 'void'
  mask: Mask
}

export const recordUsageHandler: Handler = handle(recordUsage, async (payload, { db, clock }) => {
  const to = new Date(payload.receivedAt)
  const from = new Date(to.getTime() - Math.min(payload.seconds, secondsBackMax) * 1000)
  const source = `${payload.hostId}:${payload.boot}`
  const seen = minutesTouched(from, to).flatMap(({ hour, mask }) =>
    payload.serviceIds.map((serviceId): UsageRow => {
      return { serviceId, hour, source, sequence: payload.sequence, kind: 'seen', mask }
    }),
  )
  await record(db, payload.organisationId, seen, clock)
})

/**
 * Writes usage rows of one organisation and, in the same transaction, what follows from them: the roll-up of
 * their hours and the closing of their months when the time comes. Safe to repeat: a row that is there already
 * is passed over. Rows for a month that was frozen are kept and count for nothing.
 */
export async function record(
  db: Database,
  organisationId: OrganisationId,
  rows: UsageRow[],
  clock: Clock,
): Promise<void> {
  if (rows.length === 0) return
  const byMonth = Map.groupBy(rows, (row) => monthOf(row.hour).name)
  const months = [...byMonth.values()].flatMap(([first]) =>
    first === undefined ? [] : [monthOf(first.hour)],
  )
  await db.inOrganisation(organisationId, async (tx) => {
    await lockBillShared(tx, organisationId)
    for (const month of months) {
      await ensurePartition(tx, 'usage', month.start)
      // Ahead of time, so that no month begins by making its table.
      await ensurePartition(tx, 'usage', month.end)
      const recordedAt = await recordingTime(tx, organisationId, month, clock)
      await insertUsage(tx, organisationId, byMonth.get(month.name) ?? [], recordedAt)
      await enqueueClosing(tx, organisationId, month)
    }
    await markStale(tx, organisationId, rows)
    await enqueueRollUp(
      tx,
      organisationId,
      rows.map((row) => row.hour),
      clock,
    )
    await announce(tx, organisationId, 'bill')
  })
}

/** One statement, whatever the number of rows. Safe to repeat: the natural key makes each row once. */
export async function insertUsage(
  tx: Tx,
  organisationId: OrganisationId,
  rows: UsageRow[],
  recordedAt: Date,
): Promise<void> {
  await tx.$executeRaw`
    insert into usage (organisation_id, service_id, hour, source, sequence, kind, mask, recorded_at)
    select ${organisationId}, row.service_id, row.hour, row.source, row.sequence, row.kind, row.mask, ${recordedAt}
    from unnest(
      ${rows.map((row) => row.serviceId)}::text[],
      ${rows.map((row) => row.hour)}::timestamptz[],
      ${rows.map((row) => row.source)}::text[],
      ${rows.map((row) => row.sequence)}::bigint[],
      ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.mask)}::bigint[]
    ) as row (service_id, hour, source, sequence, kind, mask)
    on conflict do nothing`
}

/**
 * Now; but after the cutoff once the month is frozen, so that whoever reads "recorded before the cutoff" again
 * finds what was frozen, also when this process's clock is behind that of the one that froze it.
 */
async function recordingTime(
  tx: Tx,
  organisationId: OrganisationId,
  month: Month,
  clock: Clock,
): Promise<Date> {
  const now = clock.now()
  const cutoff = cutoffOf(month)
  if (now >= cutoff) return now
  const frozen = await tx.bill.findUnique({
    where: { organisationId_month: { organisationId, month: month.start } },
    select: { month: true },
  })
  return frozen === null ? now : cutoff
}
