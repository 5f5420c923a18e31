import { type Cost, serverCost, staticCost } from '@slipway/cloud'
import { expect, test } from 'vitest'
import { infrastructureChange } from './infrastructure-change.ts'

const machine = (instanceType: string, sizeGigabytes: number): Cost =>
  serverCost(
    {
      instanceType,
      disks: [{ name: 'data', path: '/data', sizeGigabytes, type: 'gp3', iops: null, snapshots: null }],
    },
    'us-east-1',
  )

const difference = (before: Cost | 'nothing', after: Cost | undefined) => {
  const { nowMicroDollars, afterMicroDollars } = infrastructureChange(before, after)
  return nowMicroDollars === null || afterMicroDollars === null
    ? null
    : BigInt(afterMicroDollars) - BigInt(nowMicroDollars)
}

test('another size of instance costs the difference of the two prices, and nothing else changes', () => {
  const change = infrastructureChange(machine('t4g.small', 20), machine('t4g.medium', 20))
  expect(
    change.lines.filter((line) => line.change !== 'same').map(({ change, what }) => [change, what]),
  ).toEqual([
    ['added', 't4g.medium, running all month'],
    ['removed', 't4g.small, running all month'],
  ])
  // (0.0336 − 0.0168) × 730
  expect(difference(machine('t4g.small', 20), machine('t4g.medium', 20))).toBe(12_264_000n)
})

test('a larger disk costs its gigabytes more', () => {
  expect(difference(machine('t4g.small', 20), machine('t4g.small', 50))).toBe(30n * 80_000n)
})

test('the same machine costs nothing more, and the first one all that it costs', () => {
  expect(difference(machine('t4g.small', 20), machine('t4g.small', 20))).toBe(0n)
  const first = infrastructureChange('nothing', machine('t4g.small', 20))
  expect(first.nowMicroDollars).toBe('0')
  expect(first.lines.every(({ change }) => change === 'added')).toBe(true)
})

test('a machine without a price, or that is not known, makes the difference unknown', () => {
  expect(difference(machine('t4g.small', 20), machine('z99.large', 20))).toBeNull()
  expect(difference(machine('t4g.small', 20), undefined)).toBeNull()
})

test('a site costs its files alone, and less than a cent for all that a person writes', () => {
  const site = infrastructureChange('nothing', staticCost({ siteBytes: 100 * 1_048_576 }, 'us-east-1'))
  expect(site.lines.map(({ microDollars }) => microDollars)).toEqual(['0', '2246'])
  expect(difference('nothing', staticCost({ siteBytes: undefined }, 'us-east-1'))).toBe(0n)
})
