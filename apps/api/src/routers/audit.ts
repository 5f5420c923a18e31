import { listAudit, verifyAudit } from '@slipway/organisations'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const audit = router({
  list: procedure
    .organisation('audit.read')
    .input(z.object({ before: z.number().int().positive().optional() }))
    .query(async ({ ctx, input }) => wire(await listAudit(ctx.db, ctx.organisationId, input.before))),

  verify: procedure
    .organisation('audit.read')
    .query(async ({ ctx }) => wire(await verifyAudit(ctx.db, ctx.organisationId))),
})
