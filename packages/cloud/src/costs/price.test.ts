import { expect, test } from 'vitest'
import { addressLine, costOf, instanceLine, volumeLine } from './price.ts'
import { runnerCost } from './runner-cost.ts'

test('a small ARM server with a 20 GB disk in us-east-1 costs what its parts cost', () => {
  const cost = costOf([
    instanceLine('us-east-1', 't4g.small'),
    volumeLine('us-east-1', 'System disk', { gigabytes: 10, type: 'gp3' }),
    volumeLine('us-east-1', 'Disk data', { gigabytes: 20, type: 'gp3' }),
    addressLine('us-east-1'),
  ])
  // 0.0168 × 730 + 10 × 0.08 + 20 × 0.08 + 0.005 × 730
  expect(cost.totalMicroDollars).toBe(12_264_000n + 800_000n + 1_600_000n + 3_650_000n)
})

test('only the operations above what gp3 includes are charged', () => {
  const line = volumeLine('us-east-1', 'Disk', { gigabytes: 100, type: 'gp3', iops: 4000 })
  expect(line.microDollars).toBe(8_000_000n + 5_000_000n)
})

test('an unknown type, region or kind of volume is unknown, and so is the sum', () => {
  expect(
    costOf([instanceLine('us-east-1', 'z99.large'), addressLine('us-east-1')]).totalMicroDollars,
  ).toBeNull()
  expect(instanceLine('mars-north-1', 't4g.small').microDollars).toBeNull()
  expect(volumeLine('us-east-1', 'Disk', { gigabytes: 10, type: 'io2' }).microDollars).toBeNull()
})

test('a runner costs its minutes and its disk', () => {
  const cost = runnerCost('us-east-1', { instanceType: 't4g.small', minutes: 90 })
  // 0.0168 × 1.5 + 30 × 0.08
  expect(cost.lines.map(({ microDollars }) => microDollars)).toEqual([25_200n, 2_400_000n])
  expect(runnerCost('us-east-1', { instanceType: 'z99.large', minutes: 0 }).totalMicroDollars).toBeNull()
})
