import { holdStage, releaseStage } from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { name } from './inputs.ts'

const one = z.object({ app: name, stage: z.string().max(100), reason: z.string().max(2000) })

export const stages = router({
  /** Nothing but a rollback enters it until it is released. */
  hold: procedure
    .organisation('pipeline.hold')
    .input(one)
    .mutation(async ({ ctx, input }) => {
      await holdStage(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),

  release: procedure
    .organisation('pipeline.hold')
    .input(one)
    .mutation(async ({ ctx, input }) => {
      await releaseStage(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),
})
