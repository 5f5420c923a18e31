import { expect, test } from 'vitest'
import { infrastructureChange } from './infrastructure-change.ts'

type Machine = NonNullable<Parameters<typeof infrastructureChange>[1]>

const machine = (instanceType: string, sizeGigabytes: number): Machine => ({
  instanceType,
  disks: [{ name: 'data', path: '/data', sizeGigabytes, type: 'gp3', iops: null }],
})

const difference = (before: Machine | undefined, after: Machine | undefined) => {
  const { nowMicroDollars, afterMicroDollars } = infrastructureChange('us-east-1', before, after)
  return nowMicroDollars === null || afterMicroDollars === null
    ? null
    : BigInt(afterMicroDollars) - BigInt(nowMicroDollars)
}

test('another size of instance costs the difference of the two prices, and nothing else changes', () => {
  const change = infrastructureChange('us-east-1', machine('t4g.small', 20), machine('t4g.medium', 20))
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
  const first = infrastructureChange('us-east-1', undefined, machine('t4g.small', 20))
  expect(first.nowMicroDollars).toBe('0')
  expect(first.lines.every(({ change }) => change === 'added')).toBe(true)
})

test('a machine without a price, or that is not known, makes the difference unknown', () => {
  expect(difference(machine('t4g.small', 20), machine('z99.large', 20))).toBeNull()
  expect(difference(machine('t4g.small', 20), undefined)).toBeNull()
})
