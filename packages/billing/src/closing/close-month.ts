import type { OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { defineJob, enqueue } from '@slipway/jobs'
import { z } from 'zod'
import { cutoffOf, type Month } from '../decide/month.ts'
import { organisationIdSchema } from '../organisation-id.ts'

/** Closes one organisation's month (run-closing.ts). After the last attempt it is asked for again an hour later. */
export const closeMonth = defineJob({
  name: 'billing.close-month',
  payload: z.object({ organisationId: organisationIdSchema, month: z.string() }),
  attempts: 5,
  spacingSeconds: 20,
  timeoutSeconds: 120,
})

/** Sets the timer that closes the month at its cutoff. Safe to repeat: one a month, and closing twice is a no-op. */
export async function enqueueClosing(tx: Tx, organisationId: OrganisationId, month: Month): Promise<void> {
  await enqueue(
    tx,
    closeMonth,
    { organisationId, month: month.name },
    { organisationId, key: `${organisationId} ${month.name}`, dueAt: cutoffOf(month) },
  )
}
