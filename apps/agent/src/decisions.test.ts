import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reconnectDelayMilliseconds } from './channel/decide/reconnect-delay.ts'
import { restartDelaySeconds } from './deploy/decide/restart-delay.ts'
import { secondsToClaim } from './measure/decide/seconds-to-claim.ts'

describe('the delay before a restart', () => {
  it.each([
    [5, 0, 0],
    [5, 1, 1],
    [5, 4, 8],
    [5, 20, 60],
    [700, 20, 0],
  ])('of an app that ran %i seconds and was restarted %i times is %i', (ran, restarts, delay) => {
    expect(restartDelaySeconds(ran, restarts)).toBe(delay)
  })
})

describe('the seconds that are claimed', () => {
  it('are never more than ran, than were not acknowledged, than fifteen minutes; never a part of one', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (runningSeconds, sinceAcknowledgedSeconds) => {
          const claimed = secondsToClaim({ runningSeconds, sinceAcknowledgedSeconds })
          return (
            Number.isInteger(claimed) &&
            claimed >= 0 &&
            claimed <= runningSeconds &&
            claimed <= sinceAcknowledgedSeconds &&
            claimed <= 900
          )
        },
      ),
    )
  })
})

describe('the delay before connecting again', () => {
  it('spreads 2,000 agents over the whole window, and never beyond a minute', () => {
    const delays = Array.from({ length: 2000 }, (_, i) => reconnectDelayMilliseconds(10, i / 2000))
    expect(Math.max(...delays)).toBeLessThan(60_000)
    const perSecond = new Map<number, number>()
    for (const delay of delays)
      perSecond.set(Math.floor(delay / 1000), (perSecond.get(Math.floor(delay / 1000)) ?? 0) + 1)
    expect(Math.max(...perSecond.values())).toBeLessThan(150)
  })
  it('after the first failure is short', () => {
    expect(reconnectDelayMilliseconds(0, 1)).toBeLessThan(1000)
  })
})
