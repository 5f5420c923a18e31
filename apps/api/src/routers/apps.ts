import {
  changeAppSettings,
  createApp,
  deleteApp,
  getApp,
  getDeletionPlan,
  listApps,
} from '@slipway/environments'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { idOf, name } from './inputs.ts'

export const apps = router({
  list: procedure
    .organisation('apps.read')
    .query(({ ctx }) => listApps(ctx.db, ctx.organisationId, ctx.settings.appsUrl)),

  get: procedure
    .organisation('apps.read')
    .input(z.object({ app: name }))
    .query(({ ctx, input }) => getApp(ctx.db, ctx.organisationId, input.app, ctx.settings.appsUrl)),

  create: procedure
    .organisation('apps.create')
    .input(
      z.object({
        name,
        cloudAccountId: idOf('cloudAccount'),
        region: z.string().max(40),
        branch: name.default('main'),
        autoDeploy: z.boolean().default(true),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, by: ctx.caller.userId }
      return wire(
        await createApp(ctx.db, ctx.organisationId, asked, {
          clock: ctx.clock,
          gatePorts: ctx.settings.gatePorts,
        }),
      )
    }),

  changeSettings: procedure
    .organisation('apps.change-settings')
    .input(z.object({ app: name, branch: name.optional(), autoDeploy: z.boolean().optional() }))
    .mutation(async ({ ctx, input: { app, branch, autoDeploy } }) => {
      const change = {
        ...(branch === undefined ? {} : { branch }),
        ...(autoDeploy === undefined ? {} : { autoDeploy }),
        by: ctx.caller.userId,
      }
      return wire(await changeAppSettings(ctx.db, ctx.organisationId, app, change, ctx.clock))
    }),

  /** What deleting takes away, and what stays in the customer's account. */
  deletionPlan: procedure
    .organisation('apps.read')
    .input(z.object({ app: name }))
    .query(async ({ ctx, input }) => wire(await getDeletionPlan(ctx.db, ctx.organisationId, input.app))),

  /** `confirm` is the app's name, as the person typed it. Snapshots of its disks are kept unless `withSnapshots`. */
  delete: procedure
    .organisation('apps.delete')
    .input(z.object({ app: name, confirm: name, withSnapshots: z.boolean().default(false) }))
    .mutation(async ({ ctx, input }) => {
      await deleteApp(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),
})
