import { cancelExecution, deployExecution, getExecution, getPlan, listExecutions } from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { before, name, number } from './inputs.ts'

const one = z.object({ app: name, number })

export const executions = router({
  list: procedure
    .organisation('executions.read')
    .input(z.object({ app: name, before }))
    .query(async ({ ctx, input }) => wire(await listExecutions(ctx.db, ctx.organisationId, input))),

  get: procedure
    .organisation('executions.read')
    .input(one)
    .query(async ({ ctx, input }) =>
      wire(await getExecution(ctx.db, ctx.organisationId, input, ctx.settings.appsUrl)),
    ),

  /** What pressing Deploy would do. */
  plan: procedure
    .organisation('executions.read')
    .input(one)
    .query(async ({ ctx, input }) => wire(await getPlan(ctx.db, ctx.organisationId, input))),

  deploy: procedure
    .organisation('executions.deploy')
    .input(one)
    .mutation(async ({ ctx, input }) => {
      await deployExecution(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),

  cancel: procedure
    .organisation('executions.cancel')
    .input(one)
    .mutation(async ({ ctx, input }) => {
      await cancelExecution(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),
})
