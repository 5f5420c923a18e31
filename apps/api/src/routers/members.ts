import { changeMember, listMembers, roles } from '@slipway/organisations'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { idOf } from './inputs.ts'

const one = z.object({ userId: idOf('user') })

export const members = router({
  list: procedure
    .organisation('members.read')
    .query(async ({ ctx }) => wire(await listMembers(ctx.db, ctx.organisationId, ctx.role))),

  changeRole: procedure
    .organisation('members.change')
    .input(one.extend({ role: z.enum(roles) }))
    .mutation(async ({ ctx, input }) => {
      const change = { ...input, by: ctx.caller.userId }
      await changeMember(ctx.db, ctx.organisationId, change, ctx.clock)
    }),

  remove: procedure
    .organisation('members.change')
    .input(one)
    .mutation(async ({ ctx, input: { userId } }) => {
      const change = { userId, role: undefined, by: ctx.caller.userId }
      await changeMember(ctx.db, ctx.organisationId, change, ctx.clock)
    }),
})
