import { askCheck } from './check.ts'
import { type Advanced, end } from './end.ts'
import type { Execution } from './execution.ts'
import { doorOf, withStage } from './places.ts'
import { later, waitSeconds } from './too-late.ts'

/** To the door of a stage. With no stage left everything is done. */
export function arrive(execution: Execution, at: string, index: number): Advanced {
  const stage = execution.stages[index]
  if (stage === undefined) return end(execution, at, 'succeeded')
  const wait = execution.letIn ? 'waiting' : 'holding'
  // Its gates may be shut for as long as they say; only then does it wait for the stage.
  const shutSeconds =
    wait === 'waiting' ? doorOf(stage).reduce((sum, [, { limitSeconds }]) => sum + limitSeconds, 0) : 0
  const until = later(at, waitSeconds[wait] + shutSeconds)
  const arrived = withStage(execution, index, { ...stage, lane: { is: wait, since: at, until } })
  const knocking = wait === 'waiting' ? knock(arrived, at, index) : { execution: arrived, effects: [] }
  return {
    execution: knocking.execution,
    effects: [{ type: 'timer', path: stage.name, attempt: 1, wait, dueAt: until }, ...knocking.effects],
  }
}

/** Asks the next gate in front of a stage, where none is being asked. */
export function knock(execution: Execution, at: string, index: number): Advanced {
  const stage = execution.stages[index]
  const next = stage && doorOf(stage).find(([, { progress }]) => progress.is !== 'passed')
  if (next === undefined) return { execution, effects: [] }
  const [path, { progress }] = next
  return progress.is === 'ahead' ? askCheck(execution, path, at) : { execution, effects: [] }
}

/** Pressed before the door is reached, the button counts when it is. */
export function letIn(execution: Execution, at: string): Advanced | undefined {
  if (execution.letIn) return undefined
  const open = { ...execution, letIn: true }
  const index = open.stages.findIndex((stage) => stage.lane.is === 'holding')
  return index < 0 ? { execution: open, effects: [] } : arrive(open, at, index)
}

/** Whether it stands before a stage, so that a newer one may take its place. */
export function isAtDoor(execution: Execution): boolean {
  return execution.stages.some((stage) => stage.lane.is === 'holding' || stage.lane.is === 'waiting')
}
