import { z } from 'zod'

/** Something that was looked at in a connected account. `unknown`: could not be looked at, or not reached. */
const check = z.object({
  name: z.string(),
  at: z.iso.datetime(),
  outcome: z.enum(['passed', 'failed', 'unknown']),
  /** In words, such as "5 vCPUs; a small host needs 2". */
  detail: z.string().optional(),
})
export type Check = z.infer<typeof check>

/** As the row keeps them. */
export const checkList = z.array(check)
