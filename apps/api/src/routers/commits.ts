import { listCommits } from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { before, name } from './inputs.ts'

export const commits = router({
  list: procedure
    .organisation('executions.read')
    .input(z.object({ app: name, before }))
    .query(async ({ ctx, input }) => wire(await listCommits(ctx.db, ctx.organisationId, input))),
})
