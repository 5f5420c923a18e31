import { cancelCommand, readRuns, runCommand } from '@slipway/environments'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { wire } from '../wire.ts'
import { idOf, name, place } from './inputs.ts'

const command = z
  .string()
  .trim()
  .min(1)
  .max(3500)
  .refine((text) => !text.includes('\0'), 'must not have the character 0')

export const runs = router({
  list: procedure
    .organisation('runs.read')
    .input(place)
    .query(async ({ ctx, input }) => wire(await readRuns(ctx.db, ctx.organisationId, input, ctx.clock))),

  start: procedure
    .organisation('runs.start')
    .input(
      place.extend({
        service: name.nullable().default(null),
        command,
        timeoutSeconds: z.number().int().min(1).max(86_400).default(3600),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const asked = { ...input, by: ctx.caller.userId }
      return wire(await runCommand(ctx.db, ctx.organisationId, asked, ctx.clock))
    }),

  cancel: procedure
    .organisation('runs.cancel')
    .input(place.extend({ runId: idOf('run') }))
    .mutation(async ({ ctx, input }) => {
      await cancelCommand(ctx.db, ctx.organisationId, { ...input, by: ctx.caller.userId }, ctx.clock)
    }),
})
