import type { ExecutionId } from '@slipway/core'
import { advance, begin } from './advance.ts'
import type { Effect } from './effect.ts'
import type { ExecutionEvent } from './event.ts'
import type { Execution } from './execution.ts'
import { type LastEntered, nextInLane } from './lane.ts'

/** All executions of one app that have not ended, and who was the newest to enter each stage. */
export type Pipeline = {
  executions: ReadonlyMap<ExecutionId, Execution>
  lastEntered: Readonly<Record<string, LastEntered>>
  /** Stages that a person holds: nothing but a rollback enters them. */
  held: ReadonlySet<string>
}

export type Moved = {
  pipeline: Pipeline
  /** What the lanes decided, to be recorded as events that are already part of the state. */
  decided: { id: ExecutionId; event: ExecutionEvent }[]
  effects: { id: ExecutionId; effect: Effect }[]
}

/**
 * Events in the order in which they were recorded, then all that follows from them in the lanes of the app:
 * whoever may enter enters, whoever is overtaken is superseded, until nothing moves. Lanes come last, so that
 * what they decide stands behind the events in each log. `at` is the time of their decisions. Executions that
 * ended stay in the answer, so that they can be stored. A pipeline is moved by one at a time (the caller holds
 * the app's lock).
 */
export function move(
  pipeline: Pipeline,
  events: readonly { id: ExecutionId; event: ExecutionEvent }[],
  at: string,
): Moved {
  const executions = new Map(pipeline.executions)
  const lastEntered = { ...pipeline.lastEntered }
  const decided: Moved['decided'] = []
  const effects: Moved['effects'] = []

  const apply = (which: ExecutionId, what: ExecutionEvent) => {
    const before = executions.get(which)
    const next =
      before !== undefined ? advance(before, what) : what.type === 'received' ? begin(which, what) : undefined
    if (next === undefined) return
    executions.set(which, next.execution)
    for (const effect of next.effects) effects.push({ id: which, effect })
  }
  const decide = (which: ExecutionId, what: ExecutionEvent) => {
    decided.push({ id: which, event: what })
    apply(which, what)
  }

  for (const { id, event } of events) apply(id, event)
  for (let isMoving = true; isMoving; ) {
    isMoving = false
    for (const stage of stageNames(executions)) {
      const decision = nextInLane(
        { name: stage, isHeld: pipeline.held.has(stage) },
        [...executions.values()],
        lastEntered[stage],
        at,
      )
      if (decision.is === 'rests') continue
      isMoving = true
      if (decision.is === 'superseded') decide(decision.id, { type: 'superseded', at, by: decision.by })
      else {
        decide(decision.id, { type: 'entered', at, stage })
        const execution = executions.get(decision.id)
        if (execution?.kind === 'push') lastEntered[stage] = { id: execution.id, order: execution.order }
      }
    }
  }
  return { pipeline: { ...pipeline, executions, lastEntered }, decided, effects }
}

function stageNames(executions: ReadonlyMap<ExecutionId, Execution>): Set<string> {
  const names = new Set<string>()
  for (const execution of executions.values()) {
    if (execution.end !== null) continue
    for (const stage of execution.stages) names.add(stage.name)
  }
  return names
}
