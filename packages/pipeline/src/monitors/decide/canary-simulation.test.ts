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
])('of 100 good revisions that are watched for an hour at most one is found bad where %s', (_, more) => {
  expect(foundBad({ ...good, ...more }, 100).length).toBeLessThanOrEqual(1)
})

const now = { everyMinutes: 10, seconds: 2 }
const often = { everyMinutes: 1, seconds: 2 }
const busy: Simulated = { ...good, requestsPerMinute: 1000 }
test.each([
  ['errors come five at once', { errorsAtOnce: 5 }],
  ['errors come five at once and half come to it', { errorsAtOnce: 5, newShare: 0.5 }],
  ['errors come five at once and nine in ten come to it', { errorsAtOnce: 5, newShare: 0.9 }],
  ['errors come twenty at once', { errorsAtOnce: 20 }],
  ['either side fails as a whole for two seconds now and then', { outages: now }],
  ['either side does so, and half come to it', { outages: now, newShare: 0.5 }],
  ['either side does so each minute', { outages: often }],
  ['either side makes all wait for two seconds now and then', { stalls: now }],
  ['either side does that each minute, and half come to it', { stalls: often, newShare: 0.5 }],
])('no more are where what goes wrong comes at once: %s', (_, more) => {
  expect(foundBad({ ...busy, ...more }, 100).length).toBeLessThanOrEqual(1)
})

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
  const found = foundBad({ ...busy, ...more }, 30)
  expect(found.length).toBe(30)
  expect(Math.max(...found)).toBeLessThanOrEqual(10)
})
