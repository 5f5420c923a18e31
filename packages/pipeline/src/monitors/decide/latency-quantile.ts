import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { totalOf, type Waits } from './rank-test.ts'

/**
 * Within how many milliseconds this share of the requests was answered; null of none. Interpolated within its bin;
 * of the last bin, which has no end, it is where that begins.
 */
export function latencyQuantile(waits: Waits, share: number): number | null {
  let left = totalOf(waits) * share
  for (const [bin, count] of waits.entries()) {
    const from = latencyBoundsMilliseconds[bin - 1] ?? 0
    const to = latencyBoundsMilliseconds[bin] ?? from
    if (count > 0 && count >= left) return from + ((to - from) * left) / count
    left -= count
  }
  return null
}
