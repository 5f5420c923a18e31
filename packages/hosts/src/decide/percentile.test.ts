import { latencyBoundsMilliseconds } from '@slipway/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { percentileMilliseconds } from './percentile.ts'

const bucketOf = (milliseconds: number) => {
  const index = latencyBoundsMilliseconds.findIndex((bound) => milliseconds <= bound)
  return index < 0 ? latencyBoundsMilliseconds.length : index
}
function histogramOf(latencies: number[]): number[] {
  const counts = new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0)
  for (const latency of latencies) counts[bucketOf(latency)] = (counts[bucketOf(latency)] ?? 0) + 1
  return counts
}
const latencies = fc.array(fc.double({ min: 0.01, max: 20_000, noNaN: true }), { minLength: 1 })
const shares = fc.constantFrom(0.5, 0.95, 0.99)

describe('a percentile of a histogram', () => {
  it('lies in the bucket of the true one', () => {
    fc.assert(
      fc.property(latencies, shares, (all, share) => {
        const sorted = [...all].sort((a, b) => a - b)
        const bucket = bucketOf(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
        const found = percentileMilliseconds(histogramOf(all), share) ?? Number.NaN
        const last = latencyBoundsMilliseconds.length - 1
        expect(found).toBeGreaterThanOrEqual(latencyBoundsMilliseconds[bucket - 1] ?? 0)
        expect(found).toBeLessThanOrEqual(latencyBoundsMilliseconds[Math.min(bucket, last)] ?? 0)
      }),
    )
  })

  it('does not fall as the share grows', () => {
    fc.assert(
      fc.property(latencies, (all) => {
        const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) =>
          percentileMilliseconds(histogramOf(all), share),
        )
        expect(p50 ?? 0).toBeLessThanOrEqual(p95 ?? 0)
        expect(p95 ?? 0).toBeLessThanOrEqual(p99 ?? 0)
      }),
    )
  })

  it('of no requests is none, not zero', () => {
    expect(percentileMilliseconds(histogramOf([]), 0.99)).toBeNull()
  })

  it('above all bounds is where the last bucket begins', () => {
    expect(percentileMilliseconds(histogramOf([60_000, 70_000]), 0.5)).toBe(10_000)
  })
})
