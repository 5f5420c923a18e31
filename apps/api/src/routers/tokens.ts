import { createToken, listTokens, may, revokeToken, tokenDaysMax, tokenScopes } from '@slipway/organisations'
import { z } from 'zod'
import { actorOf } from '../caller.ts'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const tokens = router({
  /** One's own; an admin sees everybody's. */
  list: procedure.organisation('tokens.read').query(async ({ ctx }) => {
    const ofUser = may(ctx.role, 'tokens.manage-others') ? undefined : ctx.caller.userId
    return wire(await listTokens(ctx.db, ctx.organisationId, ofUser, ctx.clock))
  }),

  create: procedure
    .organisation('tokens.create')
    .input(
      z.object({
        name: z.string().trim().min(1).max(80),
        scopes: z.array(z.enum(tokenScopes)).min(1),
        days: z.number().int().min(1).max(tokenDaysMax).default(90),
      }),
    )
    .mutation(async ({ ctx, input }) =>
      wire(await createToken(ctx.db, ctx.organisationId, { ...input, userId: ctx.caller.userId }, ctx.clock)),
    ),

  revoke: procedure
    .organisation('tokens.revoke')
    .input(z.object({ tokenId: z.string().max(60) }))
    .mutation(async ({ ctx, input }) => {
      const ofUser = may(ctx.role, 'tokens.manage-others') ? undefined : ctx.caller.userId
      const asked = { tokenId: input.tokenId, by: actorOf(ctx.caller), ofUser }
      await revokeToken(ctx.db, ctx.organisationId, asked, ctx.clock)
    }),
})
