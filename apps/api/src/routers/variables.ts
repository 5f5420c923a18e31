import { listVariables, removeVariable, setVariable } from '@slipway/environments'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { name, place } from './inputs.ts'

export const variables = router({
  list: procedure
    .organisation('variables.read')
    .input(place)
    .query(async ({ ctx, input }) => wire(await listVariables(ctx.db, ctx.organisationId, input))),

  set: procedure
    .organisation('variables.change')
    .input(place.extend({ name, value: z.string().max(65_536), secret: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, by: ctx.caller.userId }
      await setVariable(ctx.db, ctx.organisationId, asked, {
        clock: ctx.clock,
        sealing: ctx.settings.sealing,
      })
    }),

  remove: procedure
    .organisation('variables.change')
    .input(place.extend({ name }))
    .mutation(async ({ ctx, input }) => {
      await removeVariable(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),
})
