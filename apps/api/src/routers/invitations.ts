import {
  acceptInvitation,
  invitationEmail,
  invite,
  listInvitations,
  lookAtInvitation,
  resendInvitation,
  roles,
  withdrawInvitation,
} from '@slipway/organisations'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { idOf } from './inputs.ts'

const one = z.object({ invitationId: idOf('invitation') })
const link = z.object({ token: z.string().min(1).max(100) })

export const invitations = router({
  /** Those that wait, and those that nobody accepted in time. */
  list: procedure
    .organisation('members.read')
    .query(async ({ ctx }) => wire(await listInvitations(ctx.db, ctx.organisationId, ctx.role, ctx.clock))),

  create: procedure
    .organisation('members.invite')
    .input(z.object({ email: invitationEmail, role: z.enum(roles) }))
    .mutation(async ({ ctx, input }) => {
      await ctx.rateLimit.take('mail', input.email)
      const asked = { ...input, by: ctx.caller.userId, publicUrl: ctx.settings.publicUrl }
      return wire(await invite(ctx.db, ctx.organisationId, asked, ctx.clock))
    }),

  resend: procedure
    .organisation('members.invite')
    .input(one)
    .mutation(async ({ ctx, input }) => {
      await ctx.rateLimit.take('mail', input.invitationId)
      const asked = { ...input, by: ctx.caller.userId, publicUrl: ctx.settings.publicUrl }
      await resendInvitation(ctx.db, ctx.organisationId, asked, ctx.clock)
    }),

  withdraw: procedure
    .organisation('members.invite')
    .input(one)
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, by: ctx.caller.userId }
      await withdrawInvitation(ctx.db, ctx.organisationId, asked, ctx.clock)
    }),

  /** What whoever has the mailed link may see, also before they sign in. */
  look: procedure
    .public()
    .input(link)
    .query(async ({ ctx, input }) => wire(await lookAtInvitation(ctx.db, input.token, ctx.clock))),

  accept: procedure
    .signedIn()
    .input(link)
    .mutation(async ({ ctx, input }) => {
      const { userId, email } = ctx.caller
      return wire(await acceptInvitation(ctx.db, input.token, { userId, email }, ctx.clock))
    }),
})
