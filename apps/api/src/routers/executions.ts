import {
  approveCheck,
  cancelExecution,
  deployExecution,
  getExecution,
  getPlan,
  listExecutions,
  overrideCheck,
  rejectCheck,
} from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { before, name, number } from './inputs.ts'

const one = z.object({ app: name, number })
/** Place of a step or gate, such as `production/before/0`, and why it is answered so. */
const check = one.extend({ path: z.string().max(200) })
const reason = z.string().trim().max(500)

export const executions = router({
  list: procedure
    .organisation('executions.read')
    .input(z.object({ app: name, before }))
    .query(({ ctx, input }) => listExecutions(ctx.db, ctx.organisationId, input)),

  get: procedure
    .organisation('executions.read')
    .input(one)
    .query(({ ctx, input }) =>
      getExecution(ctx.db, ctx.organisationId, input, ctx.settings.appsUrl, ctx.caller.userId),
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

  approve: procedure
    .organisation('executions.approve')
    .input(check.extend({ reason: reason.optional() }))
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, reason: input.reason ?? null, by: ctx.caller.userId }
      await approveCheck(ctx.db, ctx.organisationId, asked, ctx.clock)
    }),

  reject: procedure
    .organisation('executions.approve')
    .input(check.extend({ reason }))
    .mutation(async ({ ctx, input }) => {
      await rejectCheck(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),

  /** Passes a step or gate over. */
  override: procedure
    .organisation('executions.override')
    .input(check.extend({ reason }))
    .mutation(async ({ ctx, input }) => {
      await overrideCheck(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),
})
