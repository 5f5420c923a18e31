import { fromCents } from '@slipway/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyBasis, anyMask } from '../testing/any-basis.ts'
import { type Awake, type AwakeHour, awakeOf, hoursOf } from './awake.ts'
import { countMinutes, wholeHour } from './mask.ts'
import { hourMilliseconds, hoursOfMonth, type Month, minuteMilliseconds, monthNamed } from './month.ts'
import type { Plan, PlanChange } from './plan-spans.ts'
import { type Basis, type Price, price, priceOn } from './price.ts'
import { priceBookFor, seatsMonthly } from './price-book.ts'
import type { Membership } from './seat-spans.ts'

const december = month('2026-12')

test.each([
  { who: 'ten idle toys', services: 10, hours: 10, people: 1, usage: 0, seats: 1200, pays: 0 },
  {
    who: 'one serious server, always on',
    services: 1,
    hours: 744,
    people: 1,
    usage: 0,
    seats: 1200,
    pays: 0,
  },
  {
    who: 'a cluster, a worker, staging of both',
    services: 4,
    hours: 730,
    people: 3,
    usage: 1302,
    seats: 3600,
    pays: 1302,
  },
  {
    who: '12 people, 40 services',
    services: 40,
    hours: 730,
    people: 12,
    usage: 17_070,
    seats: 13_800,
    pays: 13_800,
  },
  {
    who: '100 people, 250 services',
    services: 250,
    hours: 730,
    people: 100,
    usage: 109_050,
    seats: 59_900,
    pays: 59_900,
  },
])(
  '$who: usage $usage cents, seats $seats cents, the cheaper $pays',
  ({ services, hours, people, usage, seats, pays }) => {
    const basis: Basis = {
      month: december,
      until: december.end,
      awake: awakeIn(Array.from({ length: services }, (_, index) => awakeFor(`svc_${index}`, hours)).flat()),
      roster: Array.from({ length: people }, (_, index) => member(`usr_${index}`)),
      planChanges: [],
    }
    const book = priceBookFor(december)
    expect(priceOn('usage', basis, book).cents).toBe(usage)
    expect(priceOn('seats', basis, book).cents).toBe(seats)
    expect(Math.min(priceOn('usage', basis, book).cents, priceOn('seats', basis, book).cents)).toBe(pays)
  },
)

test('a switch at a minute gives the minutes before it to usage and those from it on to seats', () => {
  const at = new Date('2026-12-16T12:30:00Z')
  const basis: Basis = {
    month: december,
    until: december.end,
    awake: awakeIn(['a', 'b', 'c', 'd'].flatMap((id) => awakeFor(id, 744))),
    roster: [member('usr_1'), member('usr_2')],
    planChanges: [{ plan: 'seats', at }],
  }
  const made = price(basis, priceBookFor(december))
  const before = (at.getTime() - december.start.getTime()) / minuteMilliseconds
  expect(made.usage).toMatchObject({ minutes: 4 * before, freeMinutes: 45_000 })
  expect(made.usage.amount).toBe(BigInt(4 * before - 45_000) * 100n)
  expect(made.seats.minutes).toBe(december.minutes - before)
  expect(made.seats.amount).toBe((24_000_000n * BigInt(december.minutes - before)) / BigInt(december.minutes))
  expect(made.lines.map((line) => line.plan)).toEqual(['usage', 'seats'])
})

test('a seat is counted from the minute after joining to the minute of leaving', () => {
  const joined: Membership = {
    userId: 'usr_2',
    since: new Date('2026-12-10T10:00:30Z'),
    until: new Date('2026-12-10T12:00:30Z'),
  }
  const basis = { ...empty(december), roster: [member('usr_1'), joined] }
  const spans = priceOn('seats', basis, priceBookFor(december)).seats.spans
  expect(spans.map((span) => [span.seats, span.from.toISOString().slice(0, 16)])).toEqual([
    [1, '2026-12-01T00:00'],
    [2, '2026-12-10T10:01'],
    [1, '2026-12-10T12:01'],
  ])
})

test('a person whose role changed above viewer stays one seat', () => {
  const change = new Date('2026-12-10T10:00:00Z')
  const roster = [
    { ...member('usr_1'), until: change },
    { ...member('usr_1'), since: change },
  ]
  const made = priceOn('seats', { ...empty(december), roster }, priceBookFor(december))
  expect(made.seats.spans.map((span) => span.seats)).toEqual([1])
})

test('so far, seats cost the share of the month that is gone', () => {
  const until = new Date('2026-12-16T12:00:00Z')
  const made = priceOn(
    'seats',
    { ...empty(december), until, roster: [member('usr_1')] },
    priceBookFor(december),
  )
  expect(made.seats.amount).toBe(6_000_000n)
})

test.each(['2028-02', '2027-02', '2026-03', '2026-04', '2026-10', '2026-12'])(
  'in %s, whatever its length, always on is each of its minutes and a seat is exactly its price',
  (name) => {
    const whole = month(name)
    const basis: Basis = {
      ...empty(whole),
      awake: awakeIn(awakeFor('svc_1', whole.minutes / 60, whole), whole),
      roster: [member('usr_1')],
    }
    const book = priceBookFor(whole)
    expect(priceOn('usage', basis, book).usage.minutes).toBe(whole.minutes)
    expect(priceOn('seats', basis, book).cents).toBe(1200)
  },
)

test('order, duplicates and splits of what was seen change nothing', () => {
  fc.assert(
    fc.property(anyBasis, fc.infiniteStream(fc.integer({ min: 0, max: 2 ** 30 })), (basis, random) => {
      const next = () => random.next().value
      const split = hoursOf(basis.awake).flatMap((hour) => {
        const part = hour.mask & (BigInt(next()) | (BigInt(next()) << 30n))
        return [{ ...hour, mask: part }, hour, { ...hour, mask: hour.mask & ~part }]
      })
      const shuffled = split.map((hour) => ({ hour, place: next() })).toSorted((a, b) => a.place - b.place)
      const awake = awakeIn(
        shuffled.map(({ hour }) => hour),
        basis.month,
      )
      expect(priced({ ...basis, awake })).toEqual(priced(basis))
    }),
  )
})

test('each minute is under exactly one plan, whatever the switches', () => {
  fc.assert(
    fc.property(anyBasis, (basis) => {
      const { planSpans } = priced(basis)
      const elapsed = Math.ceil((basis.until.getTime() - basis.month.start.getTime()) / minuteMilliseconds)
      let at = basis.month.start.getTime()
      for (const span of planSpans) {
        expect(span.from.getTime()).toBe(at)
        expect(span.until.getTime()).toBeGreaterThan(at)
        at = span.until.getTime()
      }
      expect((at - basis.month.start.getTime()) / minuteMilliseconds).toBe(elapsed)
    }),
  )
})

test('the services, less the free hours, are the usage line, and the lines are the total', () => {
  fc.assert(
    fc.property(anyBasis, (basis) => {
      const made = priced(basis)
      const services = made.services.reduce((sum, service) => sum + service.amount, 0n)
      expect(services - made.usage.free).toBe(made.usage.amount)
      expect(made.lines.reduce((sum, line) => sum + line.amount, 0n)).toBe(made.total)
      expect(made.lines.reduce((sum, line) => sum + line.cents, 0)).toBe(made.cents)
      for (const line of made.lines) {
        expect(fromCents(line.cents) <= line.amount).toBe(true)
        expect(line.amount < fromCents(line.cents + 1)).toBe(true)
      }
    }),
  )
})

test('nothing is negative, seats never pass their ceiling, and minutes add up by hand', () => {
  fc.assert(
    fc.property(anyBasis, (basis) => {
      const made = priced(basis)
      expect(made.total >= 0n).toBe(true)
      expect(made.seats.amount <= priceBookFor(basis.month).seatsMicroDollarsMax).toBe(true)
      expect(made.usage.minutes).toBe(countByHand(basis))
    }),
    { numRuns: 30 },
  )
})

test('a void never raises, and a second host in minutes already seen changes nothing', () => {
  fc.assert(
    fc.property(anyBasis, anyMask, (basis, mask) => {
      const seen = hoursOf(basis.awake)
      const voided = seen.map((hour) => ({ ...hour, mask: hour.mask & ~mask }))
      const second = seen.map((hour) => ({ ...hour, mask: hour.mask & mask }))
      const made = priced(basis)
      expect(priced({ ...basis, awake: awakeIn(voided, basis.month) }).total <= made.total).toBe(true)
      expect(priced({ ...basis, awake: awakeIn([...seen, ...second], basis.month) })).toEqual(made)
    }),
  )
})

test('more seats never cost less, and the tiers meet where they should', () => {
  const book = priceBookFor(december)
  const dollars = (seats: number) => Number(seatsMonthly(seats, book)) / 1_000_000
  expect([0, 1, 10, 11, 50, 51, 69, 70, 1000].map(dollars)).toEqual([
    0, 12, 120, 129, 480, 486, 594, 599, 599,
  ])
})

function priced(basis: Basis): Price {
  return price(basis, priceBookFor(basis.month))
}

/** The slow way: minute by minute, with nothing shared with the code under test but the plan in force. */
function countByHand(basis: Basis): number {
  const seen = new Set<string>()
  for (const { serviceId, hour, mask } of hoursOf(basis.awake))
    for (let minute = 0; minute < 60; minute++) {
      const at = hour.getTime() + minute * minuteMilliseconds
      if (((mask >> BigInt(minute)) & 1n) === 0n) continue
      if (at < basis.month.start.getTime() || at >= basis.month.end.getTime() || at >= basis.until.getTime())
        continue
      if (planAt(basis.planChanges, at) === 'usage') seen.add(`${serviceId} ${at}`)
    }
  return seen.size
}

function planAt(changes: PlanChange[], at: number): Plan {
  let plan: Plan = 'usage'
  let since = Number.NEGATIVE_INFINITY
  for (const change of changes)
    if (change.at.getTime() <= at && change.at.getTime() >= since) {
      plan = change.plan
      since = change.at.getTime()
    }
  return plan
}

function awakeFor(serviceId: string, hours: number, of = december): AwakeHour[] {
  return Array.from({ length: hours }, (_, index) => ({
    serviceId,
    hour: new Date(of.start.getTime() + index * hourMilliseconds),
    mask: wholeHour,
  }))
}

function awakeIn(seen: AwakeHour[], of = december): Awake {
  return awakeOf(seen, hoursOfMonth(of))
}

function member(userId: string): Membership {
  return { userId, since: new Date('2025-01-01T00:00:00Z'), until: null }
}

function empty(of: Month): Basis {
  return { month: of, until: of.end, awake: awakeIn([], of), roster: [], planChanges: [] }
}

function month(name: string): Month {
  const found = monthNamed(name)
  if (found === undefined) throw new Error(`no month ${name}`)
  return found
}

test('minutes are counted bit by bit', () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      expect(countMinutes(mask)).toBe([...mask.toString(2)].filter((bit) => bit === '1').length)
    }),
  )
})
