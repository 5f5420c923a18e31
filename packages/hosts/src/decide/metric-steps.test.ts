import fc from 'fast-check'
import { expect, it } from 'vitest'
import { metricRanges, metricSteps, onSteps } from './metric-steps.ts'

const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
const endOf = ({ startsAt, stepMinutes, count }: ReturnType<typeof metricSteps>) =>
  startsAt.getTime() + count * stepMinutes * 60_000

it('no range has more than 200 points', () => {
  for (const range of metricRanges)
    expect(metricSteps(range, new Date('2026-11-25T10:00:00Z')).count).toBeLessThanOrEqual(200)
})

it('the last step holds the last whole minute, and none begins after it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...metricRanges), moments, (range, now) => {
      const steps = metricSteps(range, now)
      const lastMinute = Math.floor(now.getTime() / 60_000) * 60_000 - 60_000
      expect(endOf(steps)).toBeGreaterThan(lastMinute)
      expect(endOf(steps) - steps.stepMinutes * 60_000).toBeLessThanOrEqual(lastMinute)
    }),
  )
})

it('steps begin at whole multiples of their length, also on the nights when clocks are changed', () => {
  for (const now of ['2026-03-29T03:30:00Z', '2026-10-25T01:30:00Z', '2027-01-01T00:00:30Z']) {
    const { startsAt, stepMinutes, count } = metricSteps('24h', new Date(now))
    expect(startsAt.getTime() % (stepMinutes * 60_000)).toBe(0)
    expect(count * stepMinutes).toBe(1440)
  }
})

it('a step that nobody measured is empty, never the value beside it', () => {
  const steps = metricSteps('1h', new Date('2026-11-25T10:00:00Z'))
  const at = (minutes: number) => new Date(steps.startsAt.getTime() + minutes * 60_000)
  const values = onSteps(steps, [
    { step: at(0), value: 1 },
    { step: at(2), value: 3 },
    { step: at(60), value: 9 },
  ])
  expect(values).toHaveLength(60)
  expect(values.slice(0, 4).map((one) => one?.value ?? null)).toEqual([1, null, 3, null])
})
