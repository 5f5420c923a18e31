import { readLogs } from '@slipway/hosts'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'

export const logs = router({
  /** Lines after `after`, or the newest. A stream that nobody has written to, here or elsewhere, is empty. */
  page: procedure
    .organisation('logs.read')
    .input(
      z.object({
        stream: z.string().max(200),
        after: z
          .string()
          .regex(/^\d{1,19}$/)
          .optional(),
        limit: z.number().int().min(1).max(5000).optional(),
      }),
    )
    .query(({ ctx, input: { stream, after, limit } }) => {
      const of = {
        organisationId: ctx.organisationId,
        stream,
        ...(after === undefined ? {} : { after }),
        ...(limit === undefined ? {} : { limit }),
      }
      return ctx.db.inOrganisation(ctx.organisationId, (tx) => readLogs(tx, of))
    }),
})
