import {
  createOrganisation,
  leaveOrganisation,
  organisationName,
  organisationsOf,
} from '@slipway/organisations'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { idOf } from './inputs.ts'

export const organisations = router({
  mine: procedure.signedIn().query(async ({ ctx }) => wire(await organisationsOf(ctx.db, ctx.caller.userId))),

  create: procedure
    .signedIn()
    .input(z.object({ name: organisationName, slug: z.string().max(60).optional() }))
    .mutation(async ({ ctx, input }) =>
      wire(await createOrganisation(ctx.db, { ...input, userId: ctx.caller.userId }, ctx.clock)),
    ),

  /** Ends one's own membership, whatever one's role; the last owner is refused. */
  leave: procedure
    .signedIn()
    .input(z.object({ organisationId: idOf('organisation') }))
    .mutation(async ({ ctx, input }) => {
      await leaveOrganisation(ctx.db, input.organisationId, ctx.caller.userId, ctx.clock)
    }),
})
