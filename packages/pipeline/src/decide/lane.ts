import type { ExecutionId } from '@slipway/core'
import type { Execution, Lane } from './execution.ts'
import { isDoorOpen } from './places.ts'

/** One execution as the lane of a stage sees it. */
type Entrant = Pick<Execution, 'id' | 'kind' | 'order'> & { lane: Lane; isDoorOpen: boolean }

/** The newest push that ever entered a stage. */
export type LastEntered = { id: ExecutionId; order: number }

export type LaneDecision =
  | { is: 'superseded'; id: ExecutionId; by: ExecutionId }
  | { is: 'enters'; id: ExecutionId }
  | { is: 'rests' }

/**
 * Who goes next at the door of one stage, one decision at a time until it rests. The stage is held by one.
 * A newer push that waits takes the place of older ones; one that holds for a person takes the place of older
 * ones that hold too, but not of one that was already let in. Nothing older enters after something newer,
 * except rollbacks and redeploys, which stand outside the order and go first, in the order of their coming. Where
 * a person holds the stage only a rollback enters. `at` is now, ISO: gates open for a while only.
 */
export function nextInLane(
  { name, isHeld }: { name: string; isHeld: boolean },
  executions: readonly Execution[],
  entered: LastEntered | undefined,
  at: string,
): LaneDecision {
  const entrants = executions.flatMap((execution): Entrant[] => {
    const stage = execution.stages.find((each) => each.name === name)
    if (stage === undefined || execution.end !== null) return []
    return [{ ...execution, lane: stage.lane, isDoorOpen: isDoorOpen(stage, at) }]
  })
  const pushes = entrants.filter((each) => each.kind === 'push')
  const atDoor = pushes.filter((each) => each.lane.is === 'waiting' || each.lane.is === 'holding')
  for (const older of atDoor) {
    const newer = pushes.find((each) => each.order > older.order && mayTakePlace(each.lane, older.lane))
    if (newer !== undefined) return { is: 'superseded', id: older.id, by: newer.id }
    // It may have ended since; its order stands.
    if (entered !== undefined && older.order < entered.order)
      return { is: 'superseded', id: older.id, by: entered.id }
  }
  if (entrants.some((each) => each.lane.is === 'entered')) return { is: 'rests' }
  const rollback = firstWaiting(entrants, 'rollback')
  if (isHeld && rollback === undefined) return { is: 'rests' }
  const next =
    rollback ??
    firstWaiting(entrants, 'redeploy') ??
    firstWaiting(entrants, 'configuration') ??
    firstWaiting(entrants, 'push')
  return next === undefined ? { is: 'rests' } : { is: 'enters', id: next.id }
}

function mayTakePlace(newer: Lane, older: Lane): boolean {
  if (newer.is === 'waiting' || newer.is === 'entered' || newer.is === 'left') return true
  return newer.is === 'holding' && older.is === 'holding'
}

function firstWaiting(entrants: readonly Entrant[], kind: Execution['kind']): Entrant | undefined {
  let first: Entrant | undefined
  for (const each of entrants) {
    if (each.kind !== kind || each.lane.is !== 'waiting' || !each.isDoorOpen) continue
    if (first?.lane.is !== 'waiting' || each.lane.since < first.lane.since) first = each
  }
  return first
}
