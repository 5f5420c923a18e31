import type { ExecutionId } from '@slipway/core'
import type { Execution } from '../decide/execution.ts'
import type { Guard } from './guards.ts'
import { Seed } from './seed.ts'
import type { Stages } from './shapes.ts'
import { calm } from './storm.ts'
import { hold, TruthBroken, Witness } from './witness.ts'
import { World } from './world.ts'

/** In calm, nothing that comes to an end needs more steps or more time than all its timers, one after the other. */
const calmStepsMax = 30_000
const calmDaysMax = 120

/** One life of an app, of which the truths are asked after every step. Throws TruthBroken. */
export class Life {
  readonly world: World
  steps = 0
  private readonly witness = new Witness()

  constructor(seed: number | Seed, shape: Stages, without: readonly Guard[] = []) {
    const choices = seed instanceof Seed ? seed : new Seed(seed)
    this.world = new World(choices, shape, (...seen) => this.witness.advance(this.world, ...seen), without)
  }

  /** One step of somebody, or the time until somebody can go on. False where nothing is to come any more. */
  step(): boolean {
    this.steps += 1
    const isMoving = this.world.step() || this.world.passTime()
    this.witness.look(this.world)
    return isMoving
  }

  /** Goes on until something is so. Throws where it never is. */
  until(isSo: () => boolean): void {
    for (const last = this.steps + calmStepsMax; !isSo(); ) {
      if (this.steps > last || !this.step()) throw new Error('it never came to that')
    }
  }

  /** Faults stop; then everything comes to its end. `between` is asked before each step. */
  end(between: () => void = () => {}): void {
    calm(this.world)
    const last = { steps: this.steps + calmStepsMax, now: this.world.rows.now + calmDaysMax * 86_400_000 }
    for (let open = this.open(); open.length > 0; open = this.open()) {
      if (this.steps > last.steps || this.world.rows.now > last.now)
        throw new TruthBroken('everythingEnds', `${open.join(', ')} went on for ever`)
      between()
      const isMoving = this.step()
      hold('everythingEnds', isMoving ? undefined : `${open.join(', ')} had nothing to come`)
    }
  }

  state(id: ExecutionId): Execution | undefined {
    return this.world.rows.execution(id).state
  }

  /** Executions, and rehearsals, which go to their end whatever becomes of their execution. */
  private open(): string[] {
    const { executions, deployments } = this.world.rows
    const going = [...executions.values()].filter(({ state }) => state === undefined || state.end === null)
    const rehearsing = [...deployments.values()].filter(
      ({ rehearsal, status }) => rehearsal !== null && status === 'running',
    )
    return [...going, ...rehearsing].map(({ id }) => id)
  }
}
