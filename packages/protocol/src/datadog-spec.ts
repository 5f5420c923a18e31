import { z } from 'zod'
import { deployedSecret } from './deployment-spec.ts'

/**
 * How one of Datadog's monitors is, asked by a host with its environment's own keys. The site is a name of Datadog's
 * and nothing else: with it the keys can be sent to nobody else, whoever sends this.
 */
export const datadogSpec = z.object({
  site: z.string().regex(/^([a-z0-9]{1,10}\.)?(datadoghq\.(com|eu)|ddog-gov\.com)$/),
  monitor: z.string().regex(/^[1-9]\d{0,15}$/),
  apiKey: deployedSecret,
  appKey: deployedSecret,
})
export type DatadogSpec = z.infer<typeof datadogSpec>

/** What Datadog said to it, or why it said nothing. */
export const datadogOutput = z.discriminatedUnion('is', [
  z.object({
    is: z.literal('answered'),
    status: z.int(),
    /** Datadog's `overall_state`, in its words; null where the answer has none. */
    state: z.string().max(40).nullable(),
    /** Since when it is so, as Datadog has it. */
    since: z.string().max(40).nullable(),
  }),
  z.object({ is: z.literal('silent'), words: z.string().max(500) }),
])
export type DatadogOutput = z.infer<typeof datadogOutput>
