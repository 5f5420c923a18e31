import { getEnvironmentCost, listAppCosts } from '@slipway/environments'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { place } from './inputs.ts'

/** What AWS asks, at its list prices. What Slipway asks is the bill's to say. */
export const costs = router({
  apps: procedure
    .organisation('apps.read')
    .query(async ({ ctx }) => wire(await listAppCosts(ctx.db, ctx.organisationId))),

  environment: procedure
    .organisation('environments.read')
    .input(place)
    .query(async ({ ctx, input }) =>
      wire(await getEnvironmentCost(ctx.db, ctx.organisationId, input, ctx.clock)),
    ),
})
