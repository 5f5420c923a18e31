import { getMonitors } from '@slipway/pipeline'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { place } from './inputs.ts'

export const monitors = router({
  get: procedure
    .organisation('environments.read')
    .input(place)
    .query(async ({ ctx, input }) => wire(await getMonitors(ctx.db, ctx.organisationId, input, ctx.clock))),
})
