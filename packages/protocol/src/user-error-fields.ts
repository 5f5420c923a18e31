import type { UserErrorFields } from '@slipway/core'
import { z } from 'zod'

/** A UserError as it crosses the wire. Bounded, since an agent is trusted with words but not with memory. */
export const userErrorFields = z.object({
  code: z.string().regex(/^[a-z][a-z0-9-]{2,60}$/),
  kind: z
    .enum(['invalid', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'too-many', 'failed'])
    .optional(),
  what: z.string().max(2000),
  why: z.string().max(4000).optional(),
  todo: z.string().max(2000).optional(),
  link: z.string().max(500).optional(),
  details: z.array(z.string().max(4000)).max(100).optional(),
}) satisfies z.ZodType<UserErrorFields>
