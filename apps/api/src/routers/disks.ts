import { deleteSnapshotOf, readDisks, restoreDisk, takeSnapshotNow } from '@slipway/environments'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { idOf, name, place } from './inputs.ts'

export const disks = router({
  list: procedure
    .organisation('disks.read')
    .input(place)
    .query(async ({ ctx, input }) => wire(await readDisks(ctx.db, ctx.organisationId, input))),

  takeSnapshot: procedure
    .organisation('disks.take-snapshot')
    .input(place.extend({ disk: name }))
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, by: ctx.caller.userId }
      return wire(await takeSnapshotNow(ctx.db, ctx.organisationId, asked, ctx.clock))
    }),

  deleteSnapshot: procedure
    .organisation('disks.delete-snapshot')
    .input(place.extend({ snapshotId: idOf('diskSnapshot') }))
    .mutation(async ({ ctx, input }) => {
      await deleteSnapshotOf(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),

  restore: procedure
    .organisation('disks.restore')
    .input(place.extend({ snapshotId: idOf('diskSnapshot'), confirm: name }))
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, by: ctx.caller.userId }
      return wire(await restoreDisk(ctx.db, ctx.organisationId, asked, ctx.clock))
    }),
})
