import { getFirstSteps } from '@slipway/environments'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const firstSteps = router({
  get: procedure
    .organisation('organisation.read')
    .query(async ({ ctx }) => wire(await getFirstSteps(ctx.db, ctx.organisationId, ctx.settings.appsUrl))),
})
