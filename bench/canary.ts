import {
  randomOf,
  type Simulated,
  simulateCanary,
} from '../packages/pipeline/src/monitors/decide/canary-simulation.ts'
import { fisherExact } from '../packages/pipeline/src/monitors/decide/fisher-exact.ts'

const minutes = 60
/** So many that a share of 1 % is known to 0.3 points. */
const goodCanaries = 5000
const badCanaries = 1000

/** One in ten comes to the new revision; one request in a hundred fails; the middle waits 120 ms, the slowest twentieth 380. */
const usual = {
  newShare: 0.1,
  errorShare: { old: 0.01, new: 0.01 },
  medianMilliseconds: { old: 120, new: 120 },
  spread: 0.7,
}

const good: Array<[string, Partial<Simulated>]> = [
  ['good', {}],
  ['good, half come to it', { newShare: 0.5 }],
  ['good, both have bad minutes', { hasUpsets: true }],
  ['good, errors five at once', { errorsAtOnce: 5 }],
  ['good, errors five at once, half come to it', { errorsAtOnce: 5, newShare: 0.5 }],
  ['good, errors twenty at once', { errorsAtOnce: 20 }],
  ['good, a side fails for 2 s every ten minutes', { outages: { everyMinutes: 10, seconds: 2 } }],
  [
    'good, a side fails for 2 s every ten minutes, half come to it',
    { outages: { everyMinutes: 10, seconds: 2 }, newShare: 0.5 },
  ],
  [
    'good, a side fails for 2 s every minute, half come to it',
    { outages: { everyMinutes: 1, seconds: 2 }, newShare: 0.5 },
  ],
  [
    'good, a side fails for 10 s every ten minutes, half come to it',
    { outages: { everyMinutes: 10, seconds: 10 }, newShare: 0.5 },
  ],
  [
    'good, a side stands still for 2 s every minute, half come to it',
    { stalls: { everyMinutes: 1, seconds: 2 }, newShare: 0.5 },
  ],
]
const slower = { old: 120, new: 120 * 1.3 }
const bad: Array<[string, Partial<Simulated>]> = [
  ['half fail', { errorShare: { old: 0.01, new: 0.5 } }],
  ['errors 1 % → 5 %', { errorShare: { old: 0.01, new: 0.05 } }],
  ['errors 1 % → 5 %, half come to it', { errorShare: { old: 0.01, new: 0.05 }, newShare: 0.5 }],
  ['errors 1 % → 5 % after half an hour', { errorShare: { old: 0.01, new: 0.05 }, worseFromMinute: 31 }],
  ['latency +30 %', { medianMilliseconds: slower }],
  ['latency +30 % after half an hour', { medianMilliseconds: slower, worseFromMinute: 31 }],
  ['latency +30 %, half come to it', { medianMilliseconds: slower, newShare: 0.5 }],
  ['latency +30 %, waits spread wider', { medianMilliseconds: slower, spread: 1 }],
]

/**
 * How many of a great many invented revisions a canary of an hour finds bad, judged every four seconds, and in which
 * minute; beside how many of them Fisher's test at one in twenty would have, looked at each minute. The seeds are
 * fixed: the same code gives the same table.
 */
export async function measure() {
  return [10, 100, 1000].flatMap((requestsPerMinute) => [
    ...good.map(([what, more]) => watchGood(what, { requestsPerMinute, ...usual, ...more })),
    ...bad.map(([what, more]) => watchBad(what, { requestsPerMinute, ...usual, ...more })),
  ])
}

function watchGood(what: string, app: Simulated) {
  let found = 0
  let foundByFisher = 0
  for (let seed = 0; seed < goodCanaries; seed++) {
    let isFoundByFisher = false
    const minute = simulateCanary(app, minutes, randomOf(seed), ({ whole }) => {
      isFoundByFisher ||= fisherExact(whole) < 0.05
    })
    if (minute !== undefined) found++
    if (isFoundByFisher) foundByFisher++
  }
  return {
    what: `${app.requestsPerMinute}/min: ${what}`,
    'found bad': percent(found / goodCanaries),
    'by Fisher at 5 %': percent(foundByFisher / goodCanaries),
  }
}

function watchBad(what: string, app: Simulated) {
  const found = Array.from({ length: badCanaries }, (_, seed) =>
    simulateCanary(app, minutes, randomOf(seed)),
  ).filter((minute) => minute !== undefined)
  found.sort((a, b) => a - b)
  /** The minute in which that share of all was found, those included that never were. */
  const minuteOf = (share: number) => found[Math.ceil(badCanaries * share) - 1] ?? 'not in 60'
  return {
    what: `${app.requestsPerMinute}/min: ${what}`,
    'found bad': percent(found.length / badCanaries),
    'half by minute': minuteOf(0.5),
    'nine of ten by minute': minuteOf(0.9),
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
