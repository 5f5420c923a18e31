import { getCanaries } from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { name, number } from './inputs.ts'

export const canaries = router({
  get: procedure
    .organisation('executions.read')
    .input(z.object({ app: name, number }))
    .query(async ({ ctx, input }) => wire(await getCanaries(ctx.db, ctx.organisationId, input))),
})
