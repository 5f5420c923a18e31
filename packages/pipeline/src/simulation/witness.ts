import type { Execution } from '../decide/execution.ts'
import type { Witness as Advance } from './jobs.ts'
import * as truths from './truths.ts'
import * as outside from './truths-outside.ts'
import type { World } from './world.ts'

/** A truth did not hold; the message says what was seen. */
export class TruthBroken extends Error {
  readonly truth: string

  constructor(truth: string, words: string) {
    super(`${truth}: ${words}`)
    this.truth = truth
  }
}

export function hold(truth: string, broken: string | undefined): void {
  if (broken !== undefined) throw new TruthBroken(truth, broken)
}

/** Asks the truths: those of an advance when one was made, the others after every step that wrote something. */
export class Witness {
  private readonly entries = new Map<string, { id: Execution['id']; order: number }[]>()
  private readonly bad = new outside.BadCommits()
  private readonly healthy = new outside.HealthyDeployments()
  private readonly logs = new truths.FoldedLogs()
  private seenVersion = -1

  advance(world: World, ...[before, moved, recorded]: Parameters<Advance>): void {
    hold('everyAnswerIsHeard', outside.everyAnswerIsHeard(world, before, recorded))
    hold('whatEndedStays', truths.whatEndedStays(before, moved))
    hold('noGateUnopened', truths.noGateUnopened(moved))
    hold('enteredThroughDoor', truths.enteredThroughDoor(moved))
    hold('nothingStartsAfterRed', truths.nothingStartsAfterRed(before, moved))
    hold('redStopsItsWave', truths.redStopsItsWave(before, moved, recorded))
    const { executions } = moved.pipeline
    hold('rollbackUnblocked', truths.rollbackUnblocked(executions.values()))
    for (const { id, event } of moved.decided) {
      const execution = executions.get(id)
      if (event.type !== 'entered' || execution?.kind !== 'push') continue
      const entries = this.entries.get(event.stage) ?? []
      entries.push(execution)
      this.entries.set(event.stage, entries)
      hold('entriesOnlyGrow', truths.entriesOnlyGrow(entries.slice(-2)))
    }
    for (const id of executions.keys()) {
      const { state, events } = world.rows.execution(id)
      const log = events.filter(({ isConsumed }) => isConsumed).map(({ event }) => event)
      if (state !== undefined && state !== before.executions.get(id))
        hold('screenFromEvents', this.logs.screenFromEvents(state, log))
    }
  }

  look(world: World): void {
    const { rows, hosts } = world
    if (rows.version === this.seenVersion) return
    this.seenVersion = rows.version
    hold('everyEffectOnce', outside.everyEffectOnce(hosts.values()))
    hold('oneHolderPerEnvironment', outside.oneHolderPerEnvironment(rows, hosts.values()))
    hold('nothingBeginsAfterEnd', outside.nothingBeginsAfterEnd(rows, hosts.values()))
    hold('badUntilLifted', this.bad.badUntilLifted(rows))
    hold('badNowhere', this.bad.badNowhere(rows))
    hold('undoneIsUndone', outside.undoneIsUndone(rows, hosts))
    hold('healthyWasDone', this.healthy.healthyWasDone(rows, hosts))
    hold('thereAndBack', outside.thereAndBack(rows))
    hold('rehearsedBothWays', outside.rehearsedBothWays(rows))
    const states = [...rows.executions.values()].flatMap(({ state }) => state ?? [])
    hold('bakedOnEvidence', outside.bakedOnEvidence(rows))
    hold('oneHolderPerStage', truths.oneHolderPerStage(states))
    hold('generatedOnce', truths.generatedOnce(states))
    hold('laneFreeAfterEnd', truths.laneFreeAfterEnd(states))
    hold('redTakesTheWaveBack', truths.redTakesTheWaveBack(states))
    hold(
      'everyWaitHasItsTimer',
      truths.everyWaitHasItsTimer(states, (id, { path, wait }) => {
        const isTimer = rows.open.some(({ job }) => {
          if (job.name !== 'effect' || job.id !== id || job.effect.type !== 'timer') return false
          return job.effect.path === path && job.effect.wait === wait
        })
        return (
          isTimer ||
          rows
            .execution(id)
            .events.some(
              ({ event, isConsumed }) => !isConsumed && event.type === 'deadline' && event.path === path,
            )
        )
      }),
    )
  }
}
