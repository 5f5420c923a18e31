import { replayLine, simulate } from '../packages/pipeline/src/simulation/simulate.ts'
import { median, medianAndSpread } from './statistics.ts'

const rounds = 3
const livesEach = 1000
/** Lives a minute on one core that the design asks for. */
const aim = 3000

/**
 * How many lives of an app the simulation of its pipeline goes through in a minute, each with other people and faults, the
 * truths asked after every step. Every round has seeds of its own; one that breaks a truth ends it with the line that
 * replays it. What the rule alone does in a minute is in advance.ts.
 */
export async function measure() {
  const lives: number[] = []
  let steps = 0
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    for (let life = 1; life <= livesEach; life++) {
      const ran = simulate(round * livesEach + life)
      if (ran.broken !== undefined) throw new Error(replayLine(ran))
      steps += ran.steps
    }
    lives.push((livesEach * 60_000) / (performance.now() - from))
  }
  return [
    {
      what: 'lives of an app under faults',
      'a minute': medianAndSpread(lives),
      'steps each': Math.round(steps / (rounds * livesEach)),
      ratio: `${(median(lives) / aim).toFixed(1)} × the aim of ${aim}`,
    },
  ]
}
