import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyMask } from '../testing/any-basis.ts'
import { type AwakeHour, awakeOf, countBoth, countIn, hoursOf, joined, minutesIn } from './awake.ts'
import { hourMilliseconds, minuteMilliseconds } from './month.ts'

const from = new Date('2026-11-09T00:00:00Z')
const hoursLong = 48
const at = (hour: number) => new Date(from.getTime() + hour * hourMilliseconds)
const hours = { from, until: at(hoursLong) }

const anyHours = fc.array(
  fc.record({
    serviceId: fc.constantFrom('svc_a', 'svc_b'),
    hour: fc.integer({ min: -3, max: hoursLong + 3 }).map(at),
    mask: anyMask,
  }),
  { maxLength: 40 },
)
const anyMoment = fc
  .integer({ min: -3 * 3600, max: (hoursLong + 3) * 3600 })
  .map((seconds) => new Date(from.getTime() + seconds * 1000))
const anySpan = fc.tuple(anyMoment, anyMoment).map(([one, other]) => ({ from: one, until: other }))

/** Each minute by itself, as `svc_a 1793923200000`. */
function minutesOf(seen: AwakeHour[], isWanted: (minute: number) => boolean = () => true): Set<string> {
  const minutes = new Set<string>()
  for (const { serviceId, hour, mask } of seen)
    for (let minute = 0; minute < 60; minute++) {
      const start = hour.getTime() + minute * minuteMilliseconds
      if ((mask >> BigInt(minute)) & 1n && start >= hours.from.getTime() && start < hours.until.getTime())
        if (isWanted(start)) minutes.add(`${serviceId} ${start}`)
    }
  return minutes
}

describe('minutes of many hours', () => {
  test('are those that were seen, whatever was said twice or lies outside', () => {
    fc.assert(
      fc.property(anyHours, (seen) => {
        const kept = hoursOf(awakeOf(seen, hours))
        expect(minutesOf(kept)).toEqual(minutesOf(seen))
        expect(new Set(kept.map(({ serviceId, hour }) => `${serviceId} ${hour.getTime()}`)).size).toBe(
          kept.length,
        )
      }),
    )
  })

  test('in spans are those that start in one of them', () => {
    fc.assert(
      fc.property(anyHours, fc.array(anySpan, { maxLength: 3 }), (seen, spans) => {
        const awake = awakeOf(seen, hours)
        const isInside = (minute: number) =>
          spans.some((span) => span.from.getTime() <= minute && minute < span.until.getTime())
        const inSpans = minutesIn(hours, spans)
        const count = [...awake.services.values()].reduce((sum, one) => sum + countBoth(one, inSpans), 0)
        expect(count).toBe(minutesOf(seen, isInside).size)
      }),
    )
  })

  test('in one span are counted without the others', () => {
    fc.assert(
      fc.property(anyHours, anySpan, (seen, span) => {
        for (const minutes of awakeOf(seen, hours).services.values())
          expect(countIn(minutes, from, span)).toBe(countBoth(minutes, minutesIn(hours, [span])))
      }),
    )
  })

  test('of hours that follow each other are those of all', () => {
    fc.assert(
      fc.property(anyHours, fc.integer({ min: 0, max: hoursLong }), (seen, cut) => {
        const parts = [
          awakeOf(seen, { from, until: at(cut) }),
          awakeOf(seen, { from: at(cut), until: hours.until }),
        ] as const
        const whole = joined(parts)
        expect([whole.from, whole.until]).toEqual([hours.from, hours.until])
        expect(minutesOf(hoursOf(whole))).toEqual(minutesOf(seen))
      }),
    )
  })
})
