import { searchEnvironmentLogs } from '@slipway/environments'
import { logCursor, readLogs } from '@slipway/hosts'
import { z } from 'zod'
import { procedure, router } from '../procedure.ts'
import { name, place } from './inputs.ts'

/** Postgres holds no text with the character 0 in it. */
const searched = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !text.includes('\0'), 'must not have the character 0')
const moment = z.iso.datetime().transform((at) => new Date(at))

export const logs = router({
  /** Lines after `after`, or the newest. A stream that nobody has written to, here or elsewhere, is empty. */
  page: procedure
    .organisation('logs.read')
    .input(
      z.object({
        stream: z.string().max(200),
        after: z
          .string()
          .regex(/^\d{1,19}$/)
          .optional(),
        limit: z.number().int().min(1).max(5000).optional(),
      }),
    )
    .query(({ ctx, input: { stream, after, limit } }) => {
      const of = {
        organisationId: ctx.organisationId,
        stream,
        ...(after === undefined ? {} : { after }),
        ...(limit === undefined ? {} : { limit }),
      }
      return ctx.db.inOrganisation(ctx.organisationId, (tx) => readLogs(tx, of))
    }),

  /** Lines of an environment's services that hold a text, newest page first; `next` is the `before` of the older. */
  search: procedure
    .organisation('logs.read')
    .input(
      place.extend({
        text: searched.optional(),
        service: name.optional(),
        level: z.enum(['out', 'error', 'slipway']).optional(),
        host: name.optional(),
        from: moment.optional(),
        until: moment.optional(),
        before: z.string().regex(logCursor).optional(),
      }),
    )
    .query(({ ctx, input }) => searchEnvironmentLogs(ctx.db, ctx.organisationId, input)),
})
