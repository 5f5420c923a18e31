import { latencyBoundsMilliseconds } from '@slipway/protocol'

/**
 * The latency in milliseconds below which this share of the requests was answered, from a histogram of them;
 * null of no requests. Within a bucket requests are taken to be spread evenly, so the answer is exact to the
 * bucket (as Prometheus's histogram_quantile); of the last bucket, which has no end, it is where that begins.
 */
export function percentileMilliseconds(counts: number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const rank = share * total
  let below = 0
  let upTo = 0
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue
    const lower = latencyBoundsMilliseconds[index - 1] ?? 0
    const upper = latencyBoundsMilliseconds[index] ?? lower
    upTo = upper
    if (below + count >= rank) return lower + (upper - lower) * ((rank - below) / count)
    below += count
  }
  return upTo
}
