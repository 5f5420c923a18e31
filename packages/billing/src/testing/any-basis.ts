import fc from 'fast-check'
import { awakeOf } from '../decide/awake.ts'
import { wholeHour } from '../decide/mask.ts'
import { hourMilliseconds, hoursOfMonth, minuteMilliseconds, monthOf } from '../decide/month.ts'
import type { Plan } from '../decide/plan-spans.ts'
import type { Basis } from '../decide/price.ts'

export const anyMask = fc.bigInt({ min: 0n, max: wholeHour })

/** Any month of any year with leaps, so far or whole, with switches, people and minutes in and around it. */
export const anyBasis: fc.Arbitrary<Basis> = fc
  .record({ year: fc.integer({ min: 2026, max: 2032 }), index: fc.integer({ min: 0, max: 11 }) })
  .chain(({ year, index }) => {
    const whole = monthOf(new Date(Date.UTC(year, index, 1)))
    const minute = fc
      .integer({ min: -1000, max: whole.minutes + 1000 })
      .map((minutes) => new Date(whole.start.getTime() + minutes * minuteMilliseconds))
    const moment = fc
      .integer({ min: -60_000_000, max: whole.minutes * minuteMilliseconds + 60_000_000 })
      .map((milliseconds) => new Date(whole.start.getTime() + milliseconds))
    return fc.record({
      month: fc.constant(whole),
      until: fc
        .integer({ min: 0, max: whole.minutes * minuteMilliseconds })
        .map((milliseconds) => new Date(whole.start.getTime() + milliseconds)),
      awake: fc
        .array(
          fc.record({
            serviceId: fc.constantFrom('svc_a', 'svc_b', 'svc_c'),
            hour: fc
              .integer({ min: -3, max: whole.minutes / 60 + 3 })
              .map((hours) => new Date(whole.start.getTime() + hours * hourMilliseconds)),
            mask: anyMask,
          }),
          { maxLength: 60 },
        )
        .map((seen) => awakeOf(seen, hoursOfMonth(whole))),
      roster: fc.array(
        fc.record({
          userId: fc.constantFrom('usr_a', 'usr_b', 'usr_c', 'usr_d'),
          since: moment,
          until: fc.option(moment),
        }),
        { maxLength: 12 },
      ),
      planChanges: fc.array(fc.record({ plan: fc.constantFrom<Plan>('usage', 'seats'), at: minute }), {
        maxLength: 8,
      }),
    })
  })
