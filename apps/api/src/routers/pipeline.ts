import { followCommits, getDeliveryFigures, getPipeline } from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { name } from './inputs.ts'

export const pipeline = router({
  get: procedure
    .organisation('executions.read')
    .input(z.object({ app: name }))
    .query(async ({ ctx, input }) =>
      wire(await getPipeline(ctx.db, ctx.organisationId, input.app, ctx.settings.appsUrl, ctx.caller.userId)),
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
})
