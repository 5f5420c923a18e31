import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { longestShutDays, lookDays, type Window, windowAt } from './window-at.ts'

const weekdays = [1, 2, 3, 4, 5]
const everyDay = [1, 2, 3, 4, 5, 6, 7]

function hours(timeZone: string, from: string, to: string, days = weekdays): Window {
  return { open: [{ days, from, to }], timeZone, closed: [] }
}

const open = (until: string) => ({ is: 'open', until: new Date(until) })
const shut = (opensAt: string) => ({ is: 'shut', opensAt: new Date(opensAt) })

const london = hours('Europe/London', '09:00', '16:00')
const newYork = hours('America/New_York', '09:00', '16:00')
const phoenix = hours('America/Phoenix', '09:00', '16:00')
const kathmandu = hours('Asia/Kathmandu', '09:00', '16:00')

describe('a window of some hours', () => {
  test.each([
    ['before it opens', london, '2026-11-30T08:59:59.999Z', shut('2026-11-30T09:00:00Z')],
    ['when it opens', london, '2026-11-30T09:00:00Z', open('2026-11-30T16:00:00Z')],
    ['in its last millisecond', london, '2026-11-30T15:59:59.999Z', open('2026-11-30T16:00:00Z')],
    ['when it shuts', london, '2026-11-30T16:00:00Z', shut('2026-12-01T09:00:00Z')],
    ['over a weekend', london, '2026-11-27T16:00:00Z', shut('2026-11-30T09:00:00Z')],
    // 2026: the 29th of March and the 25th of October.
    [
      'on the Friday before summer time in London',
      london,
      '2026-03-27T17:00:00Z',
      shut('2026-03-30T08:00:00Z'),
    ],
    [
      'on the Friday before winter time in London',
      london,
      '2026-10-23T16:00:00Z',
      shut('2026-10-26T09:00:00Z'),
    ],
    // 2026: the 8th of March and the 1st of November.
    ['before summer time in New York', newYork, '2026-03-06T21:00:00Z', shut('2026-03-09T13:00:00Z')],
    ['before winter time in New York', newYork, '2026-10-30T20:00:00Z', shut('2026-11-02T14:00:00Z')],
    [
      'in a zone without summer time, in March',
      phoenix,
      '2026-03-06T23:00:00Z',
      shut('2026-03-09T16:00:00Z'),
    ],
    [
      'in a zone without summer time, in November',
      phoenix,
      '2026-10-30T23:00:00Z',
      shut('2026-11-02T16:00:00Z'),
    ],
    ['in a zone of a quarter of an hour', kathmandu, '2026-11-30T03:14:59Z', shut('2026-11-30T03:15:00Z')],
    [
      'far east of UTC',
      hours('Pacific/Kiritimati', '00:00', '01:00', [1]),
      '2026-11-29T10:30:00Z',
      open('2026-11-29T11:00:00Z'),
    ],
    [
      'far west of UTC',
      hours('Pacific/Pago_Pago', '23:00', '24:00', [1]),
      '2026-12-01T10:30:00Z',
      open('2026-12-01T11:00:00Z'),
    ],
  ])('%s', (_, window, at, expected) => {
    expect(windowAt(window, new Date(at))).toEqual(expected)
  })
})

describe('hours that follow on each other are one', () => {
  const nights: Window = {
    open: [
      { days: [5], from: '22:00', to: '24:00' },
      { days: [6], from: '00:00', to: '06:00' },
    ],
    timeZone: 'Europe/London',
    closed: [],
  }
  test.each([
    ['over midnight', nights, '2026-11-27T23:00:00Z', open('2026-11-28T06:00:00Z')],
    ['after midnight', nights, '2026-11-28T00:00:00Z', open('2026-11-28T06:00:00Z')],
    [
      'over several days',
      hours('Europe/London', '00:00', '24:00'),
      '2026-11-25T12:00:00Z',
      open('2026-11-28T00:00:00Z'),
    ],
    [
      'where they overlap',
      { ...london, open: [...london.open, { days: [1], from: '15:00', to: '18:30' }] },
      '2026-11-30T10:00:00Z',
      open('2026-11-30T18:30:00Z'),
    ],
    [
      'over the night of winter time',
      hours('Europe/London', '00:00', '24:00', [6, 7]),
      '2026-10-24T12:00:00Z',
      open('2026-10-26T00:00:00Z'),
    ],
    [
      'over the night of summer time',
      hours('Europe/London', '00:00', '24:00', [6, 7]),
      '2026-03-28T12:00:00Z',
      open('2026-03-29T23:00:00Z'),
    ],
  ])('%s', (_, window, at, expected) => {
    expect(windowAt(window, new Date(at))).toEqual(expected)
  })

  test('always open is open for more than a year', () => {
    const at = new Date('2026-11-25T12:00:00Z')
    const state = windowAt(hours('UTC', '00:00', '24:00', everyDay), at)
    expect(state.is === 'open' && state.until.getTime() - at.getTime()).toBeGreaterThan(399 * 86_400_000)
  })
})

describe('in the night in which a clock changes', () => {
  const small = (from: string, to: string, timeZone = 'America/New_York') => hours(timeZone, from, to, [7])
  test.each([
    [
      'the hour that does not come opens nothing',
      small('02:00', '03:00'),
      '2026-03-08T05:00:00Z',
      shut('2026-03-15T06:00:00Z'),
    ],
    [
      'what begins in it begins after it',
      small('02:30', '04:00'),
      '2026-03-08T05:00:00Z',
      shut('2026-03-08T07:00:00Z'),
    ],
    [
      'what ends in it ends before it',
      small('01:00', '02:30'),
      '2026-03-08T06:30:00Z',
      open('2026-03-08T07:00:00Z'),
    ],
    [
      'the hour that comes twice opens first',
      small('01:15', '01:45'),
      '2026-11-01T05:00:00Z',
      shut('2026-11-01T05:15:00Z'),
    ],
    ['and once more', small('01:15', '01:45'), '2026-11-01T05:45:00Z', shut('2026-11-01T06:15:00Z')],
    [
      'the whole of it is two hours long',
      small('01:00', '02:00'),
      '2026-11-01T05:30:00Z',
      open('2026-11-01T07:00:00Z'),
    ],
    [
      'London skips from one to two',
      small('01:00', '02:00', 'Europe/London'),
      '2026-03-29T00:00:00Z',
      shut('2026-04-05T00:00:00Z'),
    ],
    [
      'London has from one to two twice',
      small('01:00', '02:00', 'Europe/London'),
      '2026-10-25T00:00:00Z',
      open('2026-10-25T02:00:00Z'),
    ],
  ])('%s', (_, window, at, expected) => {
    expect(windowAt(window, new Date(at))).toEqual(expected)
  })
})

describe('closed dates', () => {
  const holidays = { ...london, closed: [{ from: '2026-12-24', to: '2027-01-02' }] }
  test.each([
    ['shut it, with the last of them', holidays, '2026-12-24T10:00:00Z', shut('2027-01-04T09:00:00Z')],
    ['leave the day before', holidays, '2026-12-23T10:00:00Z', open('2026-12-23T16:00:00Z')],
    [
      'are dates of its zone',
      {
        ...hours('America/New_York', '00:00', '24:00', everyDay),
        closed: [{ from: '2026-12-25', to: '2026-12-25' }],
      },
      '2026-12-25T04:59:00Z',
      open('2026-12-25T05:00:00Z'),
    ],
    [
      'shut it for good',
      { ...london, closed: [{ from: '2026-01-01', to: '2030-01-01' }] },
      '2026-12-24T10:00:00Z',
      { is: 'never' },
    ],
  ])('%s', (_, window, at, expected) => {
    expect(windowAt(window, new Date(at))).toEqual(expected)
  })

  test.each([
    ['a working week', london, 2],
    ['a single day', hours('UTC', '09:00', '10:00', [3]), 6],
    ['holidays', holidays, 11],
    [
      'each of its days for a while',
      {
        ...hours('UTC', '09:00', '10:00', [5]),
        closed: ['2026-12-04', '2026-12-11', '2026-12-18'].map((date) => ({ from: date, to: date })),
      },
      27,
    ],
    ['years', { ...london, closed: [{ from: '2020-01-01', to: '2999-01-01' }] }, 400],
  ])('so many days it is shut in a row: %s', (_, window, days) => {
    expect(longestShutDays(window)).toBe(days)
  })
})

const zones = [
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Asia/Kolkata',
  'UTC',
]
const time = fc.integer({ min: 0, max: 24 * 12 }).map((fives) => {
  const part = (value: number) => String(value).padStart(2, '0')
  return `${part(Math.floor(fives / 12))}:${part((fives % 12) * 5)}`
})
const someHours = fc
  .tuple(fc.subarray(everyDay, { minLength: 1 }), time, time)
  .filter(([, one, other]) => one !== other)
  .map(([days, ...ends]) => {
    const [from = '', to = ''] = ends.sort()
    return { days, from, to }
  })
const date = fc
  .integer({ min: 0, max: 364 })
  .map((days) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10))
const someWindow = fc.record({
  open: fc.array(someHours, { minLength: 1, maxLength: 3 }),
  timeZone: fc.constantFrom(...zones),
  closed: fc.array(
    date.map((day) => ({ from: day, to: day })),
    { maxLength: 3 },
  ),
})
/** Any second of the year, and often one close to a change of the clock. */
const changes = [
  '2026-03-08T07:00:00Z',
  '2026-11-01T06:00:00Z',
  '2026-03-29T01:00:00Z',
  '2026-10-25T01:00:00Z',
  '2026-04-04T15:00:00Z',
  '2026-10-03T15:30:00Z',
  '2026-04-23T22:00:00Z',
  '2026-10-29T21:00:00Z',
]
const moment = fc
  .oneof(
    fc.integer({ min: Date.UTC(2026, 0, 1) / 1000, max: Date.UTC(2026, 11, 31) / 1000 }),
    fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -10_000, max: 10_000 }))
      .map(([change, seconds]) => Date.parse(change) / 1000 + seconds),
  )
  .map((seconds) => new Date(seconds * 1000))

/** The rule in other words, of one moment alone: what a clock on the wall shows. */
function showsOpen({ open: all, timeZone, closed }: Window, at: Date): boolean {
  const [day = '', clock = ''] = at.toLocaleString('sv-SE', { timeZone }).split(' ')
  const isoDay = new Date(`${day}T00:00:00Z`).getUTCDay() || 7
  if (closed.some(({ from, to }) => from <= day && day <= to)) return false
  return all.some(
    ({ days, from, to }) => days.includes(isoDay) && `${from}:00` <= clock && clock < `${to}:00`,
  )
}

const always = hours('Europe/London', '00:00', '24:00', everyDay)

test('it is open when the clock on the wall says so, and stays as it is until the moment that it names', () => {
  fc.assert(
    fc.property(someWindow, moment, fc.double({ min: 0, max: 1, noNaN: true }), (window, at, share) => {
      const state = windowAt(window, at)
      expect(state.is === 'open').toBe(showsOpen(window, at))
      if (state.is === 'never') return
      const turns = state.is === 'open' ? state.until : state.opensAt
      expect(turns.getTime()).toBeGreaterThan(at.getTime())
      const between = new Date(at.getTime() + Math.floor((turns.getTime() - 1 - at.getTime()) * share))
      expect(showsOpen(window, between)).toBe(state.is === 'open')
      // One that never shuts is open for longer than anybody looks ahead.
      if (turns.getTime() - at.getTime() < lookDays * 86_400_000)
        expect(showsOpen(window, turns)).toBe(state.is !== 'open')
    }),
    { numRuns: 500, examples: [[always, new Date('2026-01-01T00:00:00Z'), 0]] },
  )
})
