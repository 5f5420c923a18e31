import { z } from 'zod'
import { idOf } from './ids.ts'
import { latencyBoundsMilliseconds } from './latency-bounds.ts'

const count = z.int().nonnegative()

const answered = z.object({
  requests: count,
  /** Answers of 500 and above, and requests that got none. */
  errors: count,
  /** One more than the bounds. */
  latency: z.array(count).length(latencyBoundsMilliseconds.length + 1),
})

/** How sure it is that the new release is worse: `evidence` of at least `min` decides. */
const certainty = z.object({ evidence: z.number().nonnegative(), min: z.number().positive() })
const sides = z.object({ old: z.number().nonnegative().nullable(), new: z.number().nonnegative().nullable() })

/** What a host says of a canary, of all minutes of it until now. */
const judgement = z.object({
  is: z.enum(['good', 'bad', 'inconclusive']),
  /** By what it is bad. */
  worse: z.array(z.enum(['errors', 'latency'])).max(2),
  /** What it waits for before it can be good, in names. */
  lacks: z.array(z.string().max(40)).max(10),
  requests: z.object({ old: count, new: count }),
  errors: certainty.extend({ old: count, new: count }),
  latency: certainty.extend({
    /** Within so many milliseconds a half, and nineteen of twenty, were answered, once warm; null where it is not known. */
    middle: sides,
    slowestTwentieth: sides,
  }),
})

/**
 * One minute of one service that two releases serve side by side: what each answered in it until now, and what the
 * host judges of the whole canary by then. Said again, with more in it, until the minute is over.
 */
export const minuteOfCanary = z.object({
  deploymentId: idOf('deployment'),
  serviceId: idOf('service'),
  /** Start of the minute, host's clock. */
  minute: z.iso.datetime(),
  /** So many of the requests go to the new release. */
  percent: z.number().min(0).max(100),
  old: answered,
  new: answered,
  judgement,
})
export type MinuteOfCanary = z.infer<typeof minuteOfCanary>
