import { asId } from '@slipway/core'
import { defineJob, type Handler, handle } from '@slipway/jobs'
import { z } from 'zod'
import { appIdSchema } from './decide/execution.ts'
import { recordEvent } from './record-event.ts'
import { tenantOf } from './tenant-of.ts'

/** Asked for by environments when an app is being deleted: every execution of it comes to rest. */
const cancelApp = defineJob({
  name: 'pipeline.cancel-app',
  payload: z.object({ appId: appIdSchema, by: z.string() }),
  attempts: 8,
  spacingSeconds: 1,
  timeoutSeconds: 30,
})

export function cancelAppHandler(): Handler {
  return handle(cancelApp, async ({ appId, by }, context) => {
    await context.db.inOrganisation(tenantOf(context), async (tx) => {
      const open = await tx.execution.findMany({ where: { appId, endedAt: null }, select: { id: true } })
      const at = context.clock.now().toISOString()
      for (const { id } of open) {
        await recordEvent(tx, asId('execution', id), { type: 'cancel-requested', at, by }, 'cancel-requested')
      }
    })
  })
}
