import { z } from 'zod'

/**
 * An alarm in the row of its stack, as it was at `readAt`. `GONE`: the stack made it, and CloudWatch has it no more,
 * because somebody deleted it there. Times are ISO.
 */
const storedAlarm = z.object({
  name: z.string(),
  state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA', 'GONE']),
  since: z.string(),
  reason: z.string(),
  readAt: z.string(),
})
export type StoredAlarm = z.infer<typeof storedAlarm>

export const storedAlarms = z.array(storedAlarm)
