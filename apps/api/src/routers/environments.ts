import { getEnvironment } from '@slipway/environments'
import { listDeployments, listReleases, rollBack } from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { number, place } from './inputs.ts'

export const environments = router({
  get: procedure
    .organisation('environments.read')
    .input(place)
    .query(({ ctx, input: { app, environment } }) =>
      getEnvironment(ctx.db, ctx.organisationId, app, environment, ctx.settings.appsUrl),
    ),

  releases: procedure
    .organisation('environments.read')
    .input(place)
    .query(async ({ ctx, input }) => wire(await listReleases(ctx.db, ctx.organisationId, input))),

  deployments: procedure
    .organisation('environments.read')
    .input(place)
    .query(async ({ ctx, input }) => wire(await listDeployments(ctx.db, ctx.organisationId, input))),

  rollBack: procedure
    .organisation('environments.roll-back')
    .input(place.extend({ release: number, reason: z.string().trim().max(500).nullable().default(null) }))
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, by: ctx.caller.userId }
      return wire(await rollBack(ctx.db, ctx.organisationId, asked, ctx.clock))
    }),
})
