import type { HostMinute, ServiceMinute } from '@slipway/hosts'
import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { expect, test } from 'vitest'
import { standOfDisk, standOfService } from './judge-minutes.ts'

const now = new Date('2026-11-25T12:00:20Z')
const minuteAgo = (minutes: number) => new Date(Date.parse('2026-11-25T12:00:00Z') - minutes * 60_000)

/** `of(1)` is the last whole minute. Each waited as long as the bucket says. */
function minutes(count: number, of: (ago: number) => { requests: number; errors?: number; bucket?: number }) {
  return Array.from({ length: count }, (_, index): ServiceMinute => {
    const ago = count - index
    const { requests, errors = 0, bucket = 4 } = of(ago)
    const latency = new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0)
    latency[bucket] = requests
    return { minute: minuteAgo(ago), requests, errors, latency }
  })
}

const standings = (of: ServiceMinute[]) =>
  Object.fromEntries(standOfService(of, now).map(({ monitor, ...rest }) => [monitor, rest]))

test('a service that answers as it did is well by every monitor, for more than the hour looked at', () => {
  const { faults, latency, requests } = standings(minutes(75, () => ({ requests: 600 })))
  expect(faults).toEqual({ is: 'fine', figure: 0, limit: 0.01, since: null })
  expect(latency).toMatchObject({ is: 'fine', since: null })
  // Twice as long and 200 ms more, from the same twentieth of the minutes before.
  expect(latency?.limit).toBeCloseTo((latency?.figure ?? 0) + 200)
  expect(requests).toEqual({ is: 'fine', figure: 600, limit: 10, since: null })
})

test('faults turn red in the minute in which they rise, and it is known since when', () => {
  const { faults } = standings(minutes(75, (ago) => ({ requests: 600, errors: ago <= 2 ? 60 : 0 })))
  expect(faults).toMatchObject({ is: 'red', figure: 0.1, limit: 0.01, since: minuteAgo(1) })
})

test('waits that are far longer than in the ten minutes before are red', () => {
  const { latency } = standings(minutes(75, (ago) => ({ requests: 600, bucket: ago <= 2 ? 9 : 4 })))
  expect(latency?.is).toBe('red')
})

test('requests that stopped after a steady flow are red, and of nobody nothing is known', () => {
  const stopped = standings(minutes(75, (ago) => ({ requests: ago <= 2 ? 0 : 600 })))
  expect(stopped.requests).toMatchObject({ is: 'red', figure: 0, limit: 10 })
  expect(stopped.faults).toMatchObject({ is: 'inconclusive', figure: null })
  const idle = standings(minutes(75, () => ({ requests: 0 })))
  expect(idle.requests).toMatchObject({ is: 'inconclusive', figure: 0, limit: null })
  expect(idle.latency).toMatchObject({ is: 'inconclusive', figure: null, limit: null })
})

test('of a host that is not heard from nothing is known, whatever it said last', () => {
  const old = minutes(75, () => ({ requests: 600 })).filter(({ minute }) => minute < minuteAgo(5))
  expect(standings(old).faults).toMatchObject({ is: 'inconclusive', figure: null, since: null })
  expect(standings([]).requests).toMatchObject({ is: 'inconclusive', figure: null, since: null })
})

test('a disk is red while less than 3 % of it is free', () => {
  const total = 10_000_000_000
  const disk = (free: (ago: number) => number) =>
    Array.from({ length: 70 }, (_, index): HostMinute => {
      const ago = 70 - index
      return { minute: minuteAgo(ago), diskBytes: total * (1 - free(ago)), diskTotalBytes: total }
    })
  expect(
    standOfDisk(
      disk(() => 0.4),
      now,
    ),
  ).toMatchObject({ is: 'fine', limit: 0.03, since: null })
  const full = standOfDisk(
    disk((ago) => (ago <= 5 ? 0.02 : 0.4)),
    now,
  )
  expect(full).toMatchObject({ is: 'red', since: minuteAgo(4) })
  expect(full.figure).toBeCloseTo(0.02)
  expect(standOfDisk([], now)).toMatchObject({ is: 'inconclusive', figure: null, since: null })
})
