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
})
export type Route = z.infer<typeof route>
export const routes = z.array(route)

/** Requests of one service since they were last taken. */
export const tally = z.object({
  serviceId: z.string(),
  requests: z.int(),
  errors: z.int(),
  latency: z.array(z.int()),
})
export type Tally = z.infer<typeof tally>

export function emptyTally(serviceId: string): Tally {
  return {
    serviceId,
    requests: 0,
    errors: 0,
    latency: new Array(latencyBoundsMilliseconds.length + 1).fill(0),
  }
}

export function addTally(into: Map<string, Tally>, more: Tally): void {
  const sum = into.get(more.serviceId) ?? emptyTally(more.serviceId)
  sum.requests += more.requests
  sum.errors += more.errors
  more.latency.forEach((count, bucket) => {
    sum.latency[bucket] = (sum.latency[bucket] ?? 0) + count
  })
  into.set(more.serviceId, sum)
}

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
