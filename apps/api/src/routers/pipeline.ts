import {
  followCommits,
  getDeliveryFigures,
  getPipeline,
  replaceHookKey,
  showHookKeys,
} from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { name } from './inputs.ts'

export const pipeline = router({
  get: procedure
    .organisation('executions.read')
    .input(z.object({ app: name }))
    .query(({ ctx, input }) =>
      getPipeline(ctx.db, ctx.organisationId, input.app, ctx.settings.appsUrl, ctx.caller.userId),
    ),

  /** The newest commits, how far each is in every branch of the pipeline, and why not further. */
  commits: procedure
    .organisation('executions.read')
    .input(z.object({ app: name }))
    .query(async ({ ctx, input }) => wire(await followCommits(ctx.db, ctx.organisationId, input.app))),

  /** The four figures of delivery over the last thirty days. */
  delivery: procedure
    .organisation('executions.read')
    .input(z.object({ app: name }))
    .query(async ({ ctx, input }) =>
      wire(await getDeliveryFigures(ctx.db, ctx.organisationId, input.app, ctx.clock)),
    ),

  /** The keys that sign what the hooks of an app send; a mutation, because the first is made and each look is kept. */
  showHookKeys: procedure
    .organisation('hook-keys.show')
    .input(z.object({ app: name }))
    .mutation(async ({ ctx, input }) => {
      const { clock, settings } = ctx
      const asked = { ...input, by: ctx.caller.userId }
      return wire(await showHookKeys(ctx.db, ctx.organisationId, asked, { clock, sealing: settings.sealing }))
    }),

  /** The keys of before sign for a day more. */
  replaceHookKey: procedure
    .organisation('hook-keys.replace')
    .input(z.object({ app: name }))
    .mutation(async ({ ctx, input }) => {
      const { clock, settings } = ctx
      const asked = { ...input, by: ctx.caller.userId }
      await replaceHookKey(ctx.db, ctx.organisationId, asked, { clock, sealing: settings.sealing })
    }),
})
