import { getMetrics } from '@slipway/environments'
import { metricRanges } from '@slipway/hosts'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { name, place } from './inputs.ts'

export const metrics = router({
  get: procedure
    .organisation('environments.read')
    .input(place.extend({ service: name.optional(), range: z.enum(metricRanges) }))
    .query(async ({ ctx, input }) => wire(await getMetrics(ctx.db, ctx.organisationId, input, ctx.clock))),
})
