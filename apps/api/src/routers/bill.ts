import { downloadMinutes, plans, readBill, recomputeScript, switchPlan } from '@slipway/billing'
import { z } from 'zod'
import { actorOf } from '../caller.ts'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { month } from './inputs.ts'

export const bill = router({
  get: procedure
    .organisation('bill.read')
    .input(z.object({ month: month.optional() }))
    .query(({ ctx, input }) => readBill(ctx.db, ctx.organisationId, input.month, ctx.clock)),

  switchPlan: procedure
    .organisation('bill.switch-plan')
    .input(z.object({ plan: z.enum(plans) }))
    .mutation(async ({ ctx, input }) => {
      const change = { plan: input.plan, by: actorOf(ctx.caller) }
      return wire(await switchPlan(ctx.db, ctx.organisationId, change, ctx.clock))
    }),

  /** The month's minutes as CSV, and the script that recomputes total and digest from it. */
  minutes: procedure
    .organisation('bill.read')
    .input(z.object({ month }))
    .query(async ({ ctx, input }) => ({
      minutes: await downloadMinutes(ctx.db, ctx.organisationId, input.month, ctx.clock),
      script: recomputeScript(),
    })),
})
