import { type Handler, handle } from '@slipway/jobs'
import { recordEvent } from '../record-event.ts'
import { tenantOf } from '../tenant-of.ts'
import { deadlineJob } from './jobs.ts'

/** A timer came due: the event says so, and the state knows whether the wait is still on. */
export function deadlineHandler(): Handler {
  return handle(deadlineJob, async ({ executionId, path, attempt, wait }, context) => {
    const at = context.clock.now().toISOString()
    await context.db.inOrganisation(tenantOf(context), (tx) =>
      recordEvent(
        tx,
        executionId,
        { type: 'deadline', at, path, attempt, wait },
        `${path}/${attempt}/${wait}/late`,
      ),
    )
  })
}
