import { createOrganisation, organisationName, organisationsOf } from '@slipway/organisations'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const organisations = router({
  mine: procedure.signedIn().query(async ({ ctx }) => wire(await organisationsOf(ctx.db, ctx.caller.userId))),

  create: procedure
    .signedIn()
    .input(z.object({ name: organisationName, slug: z.string().max(60).optional() }))
    .mutation(async ({ ctx, input }) =>
      wire(await createOrganisation(ctx.db, { ...input, userId: ctx.caller.userId }, ctx.clock)),
    ),
})
