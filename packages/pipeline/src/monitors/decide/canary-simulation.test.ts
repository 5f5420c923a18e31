import { expect, test } from 'vitest'
import { randomOf, type Simulated, simulateCanary } from './canary-simulation.ts'
import { fisherExact } from './fisher-exact.ts'

const good: Simulated = {
  requestsPerMinute: 100,
  newShare: 0.1,
  errorShare: { old: 0.01, new: 0.01 },
  medianMilliseconds: { old: 120, new: 120 },
  spread: 0.7,
}

/** The minutes in which so many canaries of an hour were found bad. The seeds are fixed, so it is the same each time. */
function foundBad(app: Simulated, canaries: number): number[] {
  const found = Array.from({ length: canaries }, (_, seed) => simulateCanary(app, 60, randomOf(seed)))
  return found.filter((minute) => minute !== undefined)
}

test.each([
  ['one in ten comes to it', {}],
  ['half come to it', { newShare: 0.5 }],
  ['there are minutes in which everything fails more often and is slow', { hasUpsets: true }],
])(
  'of 100 good revisions that are watched each minute for an hour at most one is found bad where %s',
  (_, more) => {
    expect(foundBad({ ...good, ...more }, 100).length).toBeLessThanOrEqual(1)
  },
)

test('Fisher’s test at one in twenty, looked at as often, finds more than one in ten of them bad', () => {
  let found = 0
  for (let seed = 0; seed < 100; seed++) {
    let isBad = false
    simulateCanary(good, 60, randomOf(seed), ({ whole }) => {
      isBad ||= fisherExact(whole) < 0.05
    })
    if (isBad) found++
  }
  expect(found).toBeGreaterThan(10)
})

test.each([
  ['fails five times as often', { errorShare: { old: 0.01, new: 0.05 } }],
  ['is slower by 30 %', { medianMilliseconds: { old: 120, new: 156 } }],
])('one that %s is found within minutes where a thousand come in each', (_, more) => {
  const found = foundBad({ ...good, requestsPerMinute: 1000, ...more }, 30)
  expect(found.length).toBe(30)
  expect(Math.max(...found)).toBeLessThanOrEqual(10)
})
