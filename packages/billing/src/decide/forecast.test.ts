import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyBasis, anyMask } from '../testing/any-basis.ts'
import { monthOrThrow } from '../testing/setting.ts'
import { type Awake, type AwakeHour, awakeOf } from './awake.ts'
import { type Forecast, forecast, type Habits, lookBackMilliseconds } from './forecast.ts'
import { type Mask, wholeHour } from './mask.ts'
import {
  ceilMinute,
  dayOf,
  hourMilliseconds,
  hourOf,
  hoursOfMonth,
  minuteMilliseconds,
  monthOf,
} from './month.ts'
import { type Basis, price, priceOn } from './price.ts'
import { priceBookFor } from './price-book.ts'

const december = monthOrThrow('2026-12')
const longAgo = new Date('2026-01-01T00:00:00Z')
const weekHours = 7 * 24

function forecastOf({ basis, habits }: { basis: Basis; habits: Habits }): Forecast {
  return forecast(basis, habits, priceBookFor(basis.month))
}

const anySituation = anyBasis.chain((basis) =>
  fc.record({
    basis: fc.constant(basis),
    habits: fc.record({
      services: fc.uniqueArray(
        fc.record({
          serviceId: fc.constantFrom('svc_a', 'svc_b', 'svc_c'),
          since: fc
            .integer({ min: 0, max: 30 * 86_400_000 })
            .map((milliseconds) => new Date(basis.until.getTime() - milliseconds)),
        }),
        { selector: ({ serviceId }) => serviceId },
      ),
      past: fc
        .array(fc.record({ serviceId: fc.constantFrom('svc_a', 'svc_b'), mask: anyMask }), {
          maxLength: 400,
        })
        .map((hours) =>
          pastOf(
            hours.map((seen, index) => ({
              ...seen,
              hour: new Date(hourOf(basis.until).getTime() - index * hourMilliseconds),
            })),
            basis.until,
          ),
        ),
    }),
  }),
)

const ranges = ({ total, onUsage, onSeats }: Forecast) => [total, onUsage, onSeats]

test('a forecast is never below what was used already, on either plan, and its ends are in order', () => {
  fc.assert(
    fc.property(anySituation, (situation) => {
      const { basis } = situation
      const book = priceBookFor(basis.month)
      const made = forecastOf(situation)
      expect(made.total.low >= price(basis, book).total).toBe(true)
      expect(made.onUsage.low >= priceOn('usage', basis, book).total).toBe(true)
      expect(made.onSeats.low >= priceOn('seats', basis, book).total).toBe(true)
      for (const { low, high } of ranges(made)) expect(low <= high).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('in the last minute it is the total', () => {
  fc.assert(
    fc.property(anySituation, ({ basis, habits }) => {
      const whole = { ...basis, until: basis.month.end }
      const book = priceBookFor(basis.month)
      const made = forecastOf({ basis: whole, habits })
      const total = price(whole, book).total
      expect(made.total).toEqual({ low: total, high: total })
      const usage = priceOn('usage', whole, book).total
      expect(made.onUsage).toEqual({ low: usage, high: usage })
    }),
    { numRuns: 30 },
  )
})

test('the range is never wider than what the minutes that are left could cost, so that it narrows to nothing', () => {
  fc.assert(
    fc.property(anySituation, (situation) => {
      const { basis, habits } = situation
      const book = priceBookFor(basis.month)
      const left = (basis.month.end.getTime() - ceilMinute(basis.until).getTime()) / minuteMilliseconds
      const widest = BigInt(Math.max(0, left) * habits.services.length) * book.minuteMicroDollars
      for (const { low, high } of ranges(forecastOf(situation))) expect(high - low <= widest).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('what repeats every week is told exactly, from any minute of the month on', () => {
  fc.assert(
    fc.property(
      fc.array(anyMask, { minLength: weekHours, maxLength: weekHours }),
      fc.integer({ min: 0, max: december.minutes }),
      (week, minute) => {
        const until = new Date(december.start.getTime() + minute * minuteMilliseconds)
        const all = ['svc_a', 'svc_b'].flatMap((serviceId) => repeating(serviceId, week))
        const basis = { ...on('usage', until), awake: inMonth(upTo(until, all)) }
        const services = ['svc_a', 'svc_b'].map((serviceId) => ({ serviceId, since: longAgo }))
        const { total } = price(
          { ...basis, until: december.end, awake: inMonth(all) },
          priceBookFor(december),
        )
        const made = forecastOf({ basis, habits: { services, past: pastOf(upTo(until, all), until) } })
        expect(made.total).toEqual({ low: total, high: total })
      },
    ),
    { numRuns: 15 },
  )
})

test('awake in one of two weeks is the range; its middle is their mean', () => {
  const until = new Date('2026-12-15T00:00:00Z')
  const awake = hours('svc_a', new Date('2026-12-08T00:00:00Z'), weekHours, wholeHour)
  // Another service uses the free hours up.
  const others = hours('svc_b', december.start, 14 * 24, wholeHour)
  const many = Array.from({ length: 3 }, (_, index) =>
    others.map((one) => ({ ...one, serviceId: `svc_x${index}` })),
  )
  const basis = { ...on('usage', until), awake: inMonth([...awake, ...many.flat()]) }
  const habits = { services: [{ serviceId: 'svc_a', since: longAgo }], past: pastOf(awake, until) }
  const { low, high } = forecastOf({ basis, habits }).total
  // Up to 22 and 29 December the week that was awake comes first and last; three days follow.
  expect(high - low).toBe(BigInt((december.end.getTime() - until.getTime()) / minuteMilliseconds) * 100n)
  expect(low).toBe(price(basis, priceBookFor(december)).total)
})

test('a young service goes on between its laziest and its busiest day; younger than a day it may do anything', () => {
  const until = new Date('2026-12-04T00:00:00Z')
  const since = new Date('2026-12-02T00:00:00Z')
  const half = 0x3fff_ffffn
  const awake = [
    ...hours('svc_a', since, 24, half),
    ...hours('svc_a', new Date('2026-12-03T00:00:00Z'), 24, wholeHour),
    ...hours('svc_free', new Date('2026-12-01T00:00:00Z'), 1, 0n),
  ]
  const basis = { ...on('usage', until), awake: inMonth(awake) }
  const minutesOf = (born: Date) => {
    const book = { ...priceBookFor(december), freeMinutes: 0, minuteMicroDollars: 1n }
    const habits = { services: [{ serviceId: 'svc_a', since: born }], past: pastOf(awake, until) }
    const { low, high } = forecast(basis, habits, book).total
    return [low, high].map((end) => Number(end) - 24 * 30 - 24 * 60)
  }
  const left = (december.end.getTime() - until.getTime()) / minuteMilliseconds
  expect(minutesOf(since)).toEqual([left / 2, left])
  expect(minutesOf(new Date('2026-12-03T12:00:00Z'))).toEqual([0, left])
})

test('on the seats plan minutes change nothing, and a switch holds for what is left', () => {
  const until = new Date('2026-12-16T12:00:00Z')
  const member = { userId: 'usr_1', since: longAgo, until: null }
  const seen = hours('svc_a', december.start, 300, wholeHour)
  const awake = inMonth(seen)
  const habits = { services: [{ serviceId: 'svc_a', since: longAgo }], past: pastOf(seen, until) }
  const seats = forecastOf({ basis: { ...on('seats', until), awake, roster: [member] }, habits })
  expect(seats.total).toEqual({ low: 12_000_000n, high: 12_000_000n })
  const switched = {
    ...on('usage', until),
    awake,
    roster: [member],
    planChanges: [{ plan: 'seats' as const, at: until }],
  }
  expect(forecastOf({ basis: switched, habits }).total).toEqual({ low: 6_000_000n, high: 6_000_000n })
})

test('what is gone costs nothing any more, and seats never pass their ceiling', () => {
  const until = new Date('2026-12-16T12:00:00Z')
  const awake = hours('svc_gone', december.start, 300, wholeHour)
  const basis = { ...on('usage', until), awake: inMonth(awake) }
  const { total, onSeats } = forecastOf({
    basis: {
      ...basis,
      roster: Array.from({ length: 200 }, (_, index) => ({
        userId: `usr_${index}`,
        since: longAgo,
        until: null,
      })),
    },
    habits: { services: [], past: pastOf(awake, until) },
  })
  expect(total.high).toBe(price(basis, priceBookFor(december)).total)
  expect(onSeats.high).toBe(priceBookFor(december).seatsMicroDollarsMax)
})

function on(plan: 'usage' | 'seats', until: Date): Basis {
  const planChanges = [{ plan, at: december.start }]
  return { month: december, until, awake: inMonth([]), roster: [], planChanges }
}

function inMonth(seen: AwakeHour[]): Awake {
  return awakeOf(seen, hoursOfMonth(december))
}

/** As read-bill.ts gives it: from the day two weeks ago to the end of the month. */
function pastOf(seen: AwakeHour[], until: Date): Awake {
  const from = dayOf(new Date(until.getTime() - lookBackMilliseconds))
  return awakeOf(seen, { from, until: monthOf(until).end })
}

function hours(serviceId: string, start: Date, count: number, mask: Mask): AwakeHour[] {
  return Array.from({ length: count }, (_, index) => ({
    serviceId,
    hour: new Date(start.getTime() + index * hourMilliseconds),
    mask,
  }))
}

/** The same week again and again, from two weeks before the month to its end. */
function repeating(serviceId: string, week: Mask[]): AwakeHour[] {
  const start = december.start.getTime() - 2 * weekHours * hourMilliseconds
  const count = (december.end.getTime() - start) / hourMilliseconds
  return Array.from({ length: count }, (_, index) => ({
    serviceId,
    hour: new Date(start + index * hourMilliseconds),
    mask: week[index % weekHours] ?? 0n,
  }))
}

/** What was seen when it is this late. */
function upTo(until: Date, all: AwakeHour[]): AwakeHour[] {
  return all.filter(({ hour }) => hour < until)
}
