import type { Guard } from './guards.ts'
import { Life } from './life.ts'
import * as people from './people.ts'
import { Seed } from './seed.ts'
import { shapes } from './shapes.ts'
import { act, fault } from './storm.ts'
import { TruthBroken } from './witness.ts'

/** What came of a run: how many steps it took, how its executions ended, and the first truth that broke. */
export type Ran = { seed: number; steps: number; ends: string[]; broken: TruthBroken | undefined }

/** Steps in which people and faults do what they want. */
const stormSteps = { min: 100, max: 1000 }
/** How often, of a thousand steps. */
const peoplePerMille = 25
const faultsPerMille = 50
const approvesPerMille = 30

/**
 * One life of an app: pushes, people and faults at any moment, then calm, in which all has to come to its end. The same
 * seed gives the same life; `without` takes guards away.
 */
export function simulate(number: number, without: readonly Guard[] = []): Ran {
  const seed = new Seed(number)
  const life = new Life(seed, seed.pick(shapes) ?? [], without)
  const { world } = life
  let broken: TruthBroken | undefined
  try {
    people.push(world)
    const last = stormSteps.min + seed.below(stormSteps.max - stormSteps.min)
    while (life.steps < last) {
      if (seed.chance(peoplePerMille)) act(world)
      if (seed.chance(faultsPerMille)) fault(world)
      if (!life.step()) act(world)
    }
    life.end(() => {
      if (seed.chance(approvesPerMille)) act(world, ['approve'])
    })
  } catch (error) {
    if (!(error instanceof TruthBroken)) throw error
    broken = error
  }
  const states = [...world.rows.executions.values()].map(({ state }) => state)
  return { seed: number, steps: life.steps, ends: states.map((state) => state?.end?.how ?? 'open'), broken }
}

/** What broke, and the line that runs the seed again. */
export function replayLine({ seed, broken }: Ran, without: readonly Guard[] = []): string {
  const taken = without.map((guard) => ` --without ${guard}`).join('')
  return `${broken?.message}. Replay: node packages/pipeline/src/simulation/replay.ts ${seed}${taken}`
}
