import { listApprovalsWaiting, listPushesWaiting } from '@slipway/pipeline'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const pushes = router({
  /** Those that wait for somebody to press Deploy, in any app. */
  waiting: procedure
    .organisation('executions.read')
    .query(async ({ ctx }) => wire(await listPushesWaiting(ctx.db, ctx.organisationId))),

  /** Approvals that the caller may give now, in any app. */
  approvals: procedure
    .organisation('executions.read')
    .query(async ({ ctx }) =>
      wire(await listApprovalsWaiting(ctx.db, ctx.organisationId, ctx.caller.userId)),
    ),
})
