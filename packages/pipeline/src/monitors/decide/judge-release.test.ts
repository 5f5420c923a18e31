import { latencyBoundsMilliseconds } from '@slipway/protocol'
import { describe, expect, test } from 'vitest'
import type { Facts, ServiceFacts, Traffic } from '../monitor.ts'
import { judgeRelease } from './judge-release.ts'

/** All of its requests waited equally long, but for some that waited for seconds. */
function traffic(requests: number, faults = 0, more: Partial<Traffic> & { slow?: number } = {}): Traffic {
  const latency = new Array<number>(latencyBoundsMilliseconds.length + 1).fill(0)
  const { slow = 0, ...rest } = more
  latency[4] = requests - slow
  latency[10] = slow
  return { seconds: 60, requests, faults, latency, isSteady: false, ...rest }
}

function facts(service: Partial<ServiceFacts>, more: Partial<Facts> = {}): Facts {
  const whole = { name: 'web', before: traffic(6000), now: traffic(300), requestsPerMinute: 6000, ...service }
  return { look: 1, isWarm: true, services: [whole], disks: [], ...more }
}

const saidBy = (monitor: string, of: Facts) =>
  judgeRelease(of)
    .said.filter((one) => one.monitor === monitor)
    .map(({ is }) => is)

test('a release that answers as the one before did is well by every monitor', () => {
  const verdict = judgeRelease(facts({}))
  expect(verdict.said.map(({ monitor, is }) => [monitor, is])).toEqual([
    ['faults', 'fine'],
    ['latency', 'fine'],
    ['requests', 'fine'],
  ])
  expect(verdict).toMatchObject({ red: undefined, wantsMore: false })
})

describe('faults', () => {
  test.each([
    ['all fail', traffic(6000), traffic(20, 20), 'red'],
    ['a tenth fails', traffic(6000, 6), traffic(200, 20), 'red'],
    ['a fiftieth fails where a thousandth did', traffic(60_000, 60), traffic(600, 12), 'red'],
    ['as many fail as before', traffic(6000, 600), traffic(300, 30), 'fine'],
    ['most failed before already', traffic(6000, 4000), traffic(300, 290), 'fine'],
    ['a few more fail than before', traffic(6000, 60), traffic(300, 5), 'fine'],
    ['one of many fails', traffic(6000), traffic(300, 1), 'fine'],
    ['few came, and one failed', traffic(6000), traffic(19, 1), 'inconclusive'],
    ['few came, and all failed', traffic(6000), traffic(5, 5), 'inconclusive'],
    ['nobody came', traffic(6000), traffic(0), 'inconclusive'],
    ['half fail and nothing is known of before', undefined, traffic(40, 20), 'red'],
    ['some fail and nothing is known of before', undefined, traffic(300, 12), 'fine'],
  ])('%s', (_, before, now, is) => {
    expect(saidBy('faults', facts({ before, now }))).toEqual([is])
  })

  test('say what was seen before and after', () => {
    const { red } = judgeRelease(facts({ before: traffic(6000, 6), now: traffic(200, 50) }))
    expect(red?.error).toMatchObject({
      code: 'app-faults-rose',
      what: 'web answered with faults under the new release: 50 of 200 requests failed (25.0 %).',
      why: expect.stringContaining('In the minutes before the switch 6 of 6000 requests failed (0.1 %)'),
    })
  })
})

describe('latency', () => {
  test.each([
    ['a tenth waits for seconds', traffic(6000), traffic(300, 0, { slow: 30 }), 'red'],
    ['a tenth did before too', traffic(6000, 0, { slow: 600 }), traffic(300, 0, { slow: 30 }), 'fine'],
    ['one in a hundred waits for seconds', traffic(6000), traffic(300, 0, { slow: 3 }), 'fine'],
    ['few came', traffic(6000), traffic(49, 0, { slow: 49 }), 'inconclusive'],
    ['nothing is known of before', undefined, traffic(300, 0, { slow: 300 }), 'inconclusive'],
  ])('%s', (_, before, now, is) => {
    expect(saidBy('latency', facts({ before, now }))).toEqual([is])
  })
})

test('waits are not judged before the new process is warm', () => {
  const slow = facts({ now: traffic(300, 0, { slow: 300 }) }, { isWarm: false })
  expect(saidBy('latency', slow)).toEqual(['inconclusive'])
  expect(judgeRelease(slow).wantsMore).toBe(true)
})

describe('requests', () => {
  const steady = traffic(6000, 0, { isSteady: true })
  test.each([
    ['none after a steady flow', steady, traffic(0, 0, { seconds: 12 }), 'red'],
    ['none yet', steady, traffic(0, 0, { seconds: 3 }), 'inconclusive'],
    ['none where they came in bursts', traffic(6000), traffic(0, 0, { seconds: 60 }), 'inconclusive'],
    ['none where few came', traffic(10, 0, { isSteady: true }), traffic(0), 'inconclusive'],
    ['one', steady, traffic(1), 'fine'],
  ])('%s', (_, before, now, is) => {
    expect(saidBy('requests', facts({ before, now }))).toEqual([is])
  })
})

describe('disk', () => {
  const gigabyte = 2 ** 30
  test.each([
    ['has room', 5, 5, 'fine'],
    ['ran full since', 9.9, 5, 'red'],
    ['was full before', 9.9, 9.89, 'inconclusive'],
  ])('%s', (_, used, before, is) => {
    const disk = {
      path: '/data',
      totalBytes: 10 * gigabyte,
      usedBytes: used * gigabyte,
      usedBytesBefore: before * gigabyte,
    }
    expect(saidBy('disk', facts({}, { disks: [disk] }))).toEqual([is])
  })
})

test.each([
  ['enough come to see more', 300, true],
  ['a few come', 40, true],
  ['hardly any come', 3, false],
])('it looks on while too little was seen and %s', (_, requestsPerMinute, wantsMore) => {
  const before = traffic(requestsPerMinute)
  expect(judgeRelease(facts({ before, now: traffic(2), requestsPerMinute })).wantsMore).toBe(wantsMore)
})

test('of 500 good releases that are looked at every second for a minute, at most five are turned back', () => {
  let seed = 1
  const random = () => {
    // Mulberry32: https://github.com/cprosche/mulberry32
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const some = (of: number, share: number) => {
    let hits = 0
    for (let each = 0; each < of; each++) if (random() < share) hits++
    return hits
  }
  let turnedBack = 0
  for (let release = 0; release < 500; release++) {
    const share = [0, 0.001, 0.01, 0.05, 0.2][release % 5] ?? 0
    const before = traffic(600, some(600, share), { slow: some(600, share) })
    let [requests, faults, slow] = [0, 0, 0]
    for (let look = 1; look <= 60; look++) {
      requests += 10
      faults += some(10, share)
      slow += some(10, share)
      const now = traffic(requests, faults, { slow, seconds: look })
      if (!judgeRelease(facts({ before, now, requestsPerMinute: 600 }, { look })).red) continue
      turnedBack++
      break
    }
  }
  expect(turnedBack).toBeLessThanOrEqual(5)
})
