import { latencyBoundsMilliseconds } from '@slipway/protocol/latency-bounds'
// Each of the gate's processes loads this: the whole of zod would be a fifth of its memory.
import * as z from 'zod/mini'

/** What the gate does with requests for one public name. Plain data: it survives both gate and agent on disk. */
const route = z.object({
  /** First label of the Host header. */
  name: z.string(),
  serviceId: z.string(),
  /** Port of the app on 127.0.0.1, or none at the moment. */
  port: z.nullable(z.int()),
  /** New requests wait until this is false again, at most `holdSeconds`. */
  held: z.boolean(),
  holdSeconds: z._default(z.int().check(z.positive()), 120),
  /** What a visitor reads while there is no port. */
  words: z.optional(z.string().check(z.maxLength(2000))),
  /** Beside `port` a new release is tried on this port: each request goes to it with this chance, in percent. */
  canary: z.optional(z.object({ port: z.int(), percent: z.number().check(z.minimum(0), z.maximum(100)) })),
})
export type Route = z.infer<typeof route>
export const routes = z.array(route)

/** Which of two releases that run side by side answered. */
const side = z.enum(['old', 'new'])
export type Side = z.infer<typeof side>

/** Requests of one service since they were last taken; with `side` of one of its two releases alone. */
export const tally = z.object({
  serviceId: z.string(),
  side: z.optional(side),
  requests: z.int(),
  errors: z.int(),
  latency: z.array(z.int()),
})
export type Tally = z.infer<typeof tally>

export function emptyTally(serviceId: string, ofSide?: Side): Tally {
  return {
    serviceId,
    ...(ofSide && { side: ofSide }),
    requests: 0,
    errors: 0,
    latency: new Array(latencyBoundsMilliseconds.length + 1).fill(0),
  }
}

export function addTally(into: Map<string, Tally>, more: Tally): void {
  const key = tallyKey(more.serviceId, more.side)
  const sum = into.get(key) ?? emptyTally(more.serviceId, more.side)
  sum.requests += more.requests
  sum.errors += more.errors
  more.latency.forEach((count, bucket) => {
    sum.latency[bucket] = (sum.latency[bucket] ?? 0) + count
  })
  into.set(key, sum)
}

export const tallyKey = (serviceId: string, ofSide?: Side) =>
  ofSide === undefined ? serviceId : `${serviceId} ${ofSide}`

/** Index in the histogram of a latency in milliseconds. */
export function bucketOf(milliseconds: number): number {
  const index = latencyBoundsMilliseconds.findIndex((bound) => milliseconds <= bound)
  return index < 0 ? latencyBoundsMilliseconds.length : index
}

/** `Web-Shop-ab12cd.localhost:4700` → `web-shop-ab12cd`. */
export function nameOfHost(host: string | undefined): string {
  return (host ?? '').toLowerCase().split(':')[0]?.split('.')[0] ?? ''
}

/** What supervisor and worker say to each other over their pipe. */
export const toWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('routes'), id: z.int(), routes }),
  z.object({ type: z.literal('drain'), id: z.int(), port: z.int(), milliseconds: z.int() }),
  /** Another worker takes the new connections: finish what is here, then end. */
  z.object({ type: z.literal('retire') }),
])
export type ToWorker = z.infer<typeof toWorker>
export const fromWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening') }),
  z.object({ type: z.literal('done'), id: z.int(), active: z.int() }),
  z.object({ type: z.literal('tallies'), tallies: z.array(tally) }),
])
export type FromWorker = z.infer<typeof fromWorker>
