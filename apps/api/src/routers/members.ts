import { listMembers } from '@slipway/organisations'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'

export const members = router({
  list: procedure
    .organisation('members.read')
    .query(async ({ ctx }) => wire(await listMembers(ctx.db, ctx.organisationId))),
})
