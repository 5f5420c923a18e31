import type { UserErrorFields } from '@slipway/core'
import { askCheck } from './check.ts'
import { arrive } from './door.ts'
import type { Effect } from './effect.ts'
import { type Advanced, end } from './end.ts'
import type { Check, Execution, Stage, Wave } from './execution.ts'
import { checksIn, findTarget, isFresh, pathOf, targetsOf, withProgress, withStage } from './places.ts'
import { later, waitSeconds } from './too-late.ts'

/** What comes next inside the stage that is held: forward, back, or the end. */
export function proceed(execution: Execution, at: string): Advanced {
  const index = execution.stages.findIndex((stage) => stage.lane.is === 'entered')
  const stage = execution.stages[index]
  if (stage === undefined) return { execution, effects: [] }
  const isRollback = execution.kind === 'rollback'
  if (execution.failing !== null && !isRollback) return goBack(execution, stage, at)
  if (execution.failing !== null && execution.cancelledAt === null) return carryOn(execution, stage, at)
  if (execution.cancelledAt !== null) return comeToRest(execution, stage, at)

  const next = nextIn(stage, at)
  switch (next.is) {
    case 'check':
      return askCheck(execution, next.path, at)
    case 'targets':
      return startTargets(execution, stage, next.wave, at)
    case 'waits':
      return { execution, effects: [] }
    case 'left':
      return leave(execution, index, at)
  }
}

type Next =
  /** A check is to be asked. */
  | { is: 'check'; path: string }
  /** The targets of this wave are to be deployed, as many as may be at once. */
  | { is: 'targets'; wave: number }
  /** Something is under way. */
  | { is: 'waits' }
  | { is: 'left' }

/** What is before the stage, each wave with what is before and after it, and what is after the stage, in that order. */
function nextIn(stage: Stage, at: string): Next {
  const before = checksIn(stage.name, 'before', stage.before)
  const first = nextCheck(before)
  if (first !== undefined) return first
  for (const [index, wave] of stage.waves.entries()) {
    const place = `${stage.name}/${index}`
    const itsBefore = checksIn(place, 'before', wave.before)
    const check = nextCheck(itsBefore)
    if (check !== undefined) return check
    if (!wave.targets.every((target) => target.progress.is === 'healthy')) {
      // Between one wave and the next a window may have closed.
      const stale = hasBegun(wave)
        ? undefined
        : [...before, ...itsBefore].find(([, each]) => !stillHolds(each, at))
      return stale === undefined ? { is: 'targets', wave: index } : { is: 'check', path: stale[0] }
    }
    const after = nextCheck(checksIn(place, 'after', wave.after))
    if (after !== undefined) return after
  }
  return nextCheck(checksIn(stage.name, 'after', stage.after)) ?? { is: 'left' }
}

function nextCheck(checks: readonly [path: string, check: Check][]): Next | undefined {
  const next = checks.find(([, { progress }]) => progress.is !== 'passed')
  if (next === undefined) return undefined
  return next[1].progress.is === 'ahead' ? { is: 'check', path: next[0] } : { is: 'waits' }
}

function stillHolds({ progress }: Check, at: string): boolean {
  return progress.is === 'passed' && isFresh(progress, at)
}

function hasBegun(wave: Wave): boolean {
  return wave.targets.some((target) => target.progress.is !== 'ahead')
}

function startTargets(execution: Execution, stage: Stage, wave: number, at: string): Advanced {
  const { limit = 1, targets = [] } = stage.waves[wave] ?? {}
  let free = limit - targets.filter((target) => target.progress.is === 'deploying').length
  let state = execution
  const effects: Effect[] = []
  targets.forEach((target, position) => {
    if (target.progress.is !== 'ahead' || free <= 0) return
    free -= 1
    const path = pathOf(stage.name, wave, position)
    const until = later(at, waitSeconds.deploying)
    state = withProgress(state, path, { is: 'deploying', attempt: 1, since: at, until })
    effects.push(
      { type: 'deploy', path, attempt: 1, environmentId: target.environmentId },
      { type: 'timer', path, attempt: 1, wait: 'deploying', dueAt: until },
    )
  })
  return { execution: state, effects }
}

/**
 * What is red goes back as a whole: what runs is stopped, what was healthy put back, nothing new begins. That is
 * the wave, or all waves where what comes after the whole stage was red.
 */
function goBack(execution: Execution, stage: Stage, at: string): Advanced {
  let state = execution
  const effects: Effect[] = []
  const isWholeStage = stage.after.some(({ progress }) => progress.is === 'failed')
  const current = stage.waves.findLastIndex(hasBegun)
  for (const [wave, { targets }] of stage.waves.entries()) {
    if (!isWholeStage && wave !== current) continue
    for (const [position, { progress, environmentId }] of targets.entries()) {
      const path = pathOf(stage.name, wave, position)
      if (progress.is === 'deploying') {
        const next = stop(state, path, at, null)
        state = next.execution
        effects.push(...next.effects)
      }
      if (progress.is === 'healthy') {
        const attempt = progress.attempt + 1
        const until = later(at, waitSeconds.restoring)
        state = withProgress(state, path, { is: 'restoring', attempt, since: at, until })
        effects.push(
          { type: 'restore', path, attempt, environmentId },
          { type: 'timer', path, attempt, wait: 'restoring', dueAt: until },
        )
      }
    }
  }
  if (isMoving(state)) return { execution: state, effects }
  const ended = end(state, at, 'failed', state.failing)
  return { execution: ended.execution, effects: [...effects, ...ended.effects] }
}

/** A rollback is never rolled back: where it failed in one target, the others of its wave go back all the same. */
function carryOn(execution: Execution, stage: Stage, at: string): Advanced {
  const begun = startTargets(execution, stage, stage.waves.findLastIndex(hasBegun), at)
  if (isMoving(begun.execution)) return begun
  const ended = end(begun.execution, at, 'failed', execution.failing)
  return { execution: ended.execution, effects: [...begun.effects, ...ended.effects] }
}

/** After a cancel: what is under way is stopped, what is done stays. When it came too late for the last target, all is done. */
function comeToRest(execution: Execution, stage: Stage, at: string): Advanced {
  let state = execution
  const effects: Effect[] = []
  for (const [path, target] of targetsOf(stage)) {
    if (target.progress.is !== 'deploying') continue
    const next = stop(state, path, at, null)
    state = next.execution
    effects.push(...next.effects)
  }
  if (isMoving(state)) return { execution: state, effects }
  const ended = end(state, at, isAllDone(state, at) ? 'succeeded' : 'cancelled')
  return { execution: ended.execution, effects: [...effects, ...ended.effects] }
}

function isAllDone(execution: Execution, at: string): boolean {
  return execution.stages.every((stage) => nextIn(stage, at).is === 'left')
}

export function stop(
  execution: Execution,
  path: string,
  at: string,
  error: UserErrorFields | null,
): Advanced {
  const target = findTarget(execution, path)?.target
  if (target?.progress.is !== 'deploying') return { execution, effects: [] }
  const { attempt } = target.progress
  const until = later(at, waitSeconds.stopping)
  return {
    execution: withProgress(execution, path, { is: 'stopping', attempt, since: at, until, error }),
    effects: [
      { type: 'stop-deploy', path, attempt, environmentId: target.environmentId },
      { type: 'timer', path, attempt, wait: 'stopping', dueAt: until },
    ],
  }
}

function leave(execution: Execution, index: number, at: string): Advanced {
  const stage = execution.stages[index]
  if (stage?.lane.is !== 'entered') return { execution, effects: [] }
  const left = withStage(execution, index, {
    ...stage,
    lane: { is: 'left', since: stage.lane.since, endedAt: at },
  })
  return arrive(left, at, index + 1)
}

function isMoving(execution: Execution): boolean {
  return execution.stages.some((stage) =>
    targetsOf(stage).some(([, { progress }]) => ['deploying', 'stopping', 'restoring'].includes(progress.is)),
  )
}
