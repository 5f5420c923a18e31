import { liftBad, listCommits } from '@slipway/pipeline'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { before, name } from './inputs.ts'

export const commits = router({
  list: procedure
    .organisation('executions.read')
    .input(z.object({ app: name, before }))
    .query(({ ctx, input }) => listCommits(ctx.db, ctx.organisationId, input)),

  /** Takes the bad mark off, with a reason. */
  liftBad: procedure
    .organisation('commits.lift-bad')
    .input(z.object({ app: name, sha: z.string().regex(/^[0-9a-f]{40}$/), reason: z.string().max(2000) }))
    .mutation(async ({ ctx, input }) => {
      await liftBad(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),
})
