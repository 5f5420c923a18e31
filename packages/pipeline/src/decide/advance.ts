import { askCheck, overrideCheck, passCheck } from './check.ts'
import { arrive, isAtDoor, knock, letIn } from './door.ts'
import { type Advanced, end } from './end.ts'
import type { EventOf, ExecutionEvent, StageAsked } from './event.ts'
import type { CheckAsked, Execution, Progress, Stage } from './execution.ts'
import { proceed, stop } from './inside.ts'
import { doorOf, findCheck, findTarget, withCheck, withProgress, withStage } from './places.ts'
import { checkTooLate, later, tooLate, waitSeconds } from './too-late.ts'

/** A build is tried again once, and only where its own content is not to blame. */
const buildAttemptsMax = 2

/**
 * The one rule by which an execution moves: what it is after an event, and what has to be done next. A late,
 * doubled or foreign event gives back the very same execution and no effect. Entering a stage is not decided
 * here but by the stage's lane (lane.ts), which sees all executions of the app.
 */
export function advance(execution: Execution, event: ExecutionEvent): Advanced {
  const nothing = { execution, effects: [] }
  if (execution.end !== null) return nothing
  switch (event.type) {
    case 'received':
    case 'build-started':
    case 'target-deploying':
      return nothing
    case 'build-succeeded':
      return buildSucceeded(execution, event) ?? nothing
    case 'build-failed':
      return buildFailed(execution, event) ?? nothing
    case 'deploy-requested':
      return letIn(execution, event.at) ?? nothing
    case 'entered':
      return entered(execution, event) ?? nothing
    case 'superseded':
      return isAtDoor(execution) ? end(execution, event.at, 'superseded', null, event.by) : nothing
    case 'check-passed':
      return checkPassed(execution, event) ?? nothing
    case 'check-failed':
      return checkFailed(execution, event) ?? nothing
    case 'check-overridden':
      return checkOverridden(execution, event) ?? nothing
    case 'generated':
      return generated(execution, event) ?? nothing
    case 'target-healthy':
      return targetHealthy(execution, event) ?? nothing
    case 'target-red':
      return targetRed(execution, event) ?? nothing
    case 'target-failed':
      return targetFailed(execution, event) ?? nothing
    case 'target-stopped':
      return targetStopped(execution, event) ?? nothing
    case 'target-restored':
    case 'target-restore-failed':
      return targetRestored(execution, event) ?? nothing
    case 'cancel-requested':
      return cancel(execution, event.at)
    case 'deadline':
      return deadline(execution, event) ?? nothing
  }
}

/** The first state and effects of an execution, from its first event. */
export function begin(id: Execution['id'], event: EventOf<'received'>): Advanced {
  const fresh: Execution = {
    id,
    kind: event.kind,
    order: event.order,
    letIn: event.kind !== 'push' || event.deploysByItself,
    startedAt: event.at,
    build: event.kind === 'push' ? { is: 'never' } : { is: 'skipped' },
    releaseId: event.releaseId,
    stages: event.stages.map((stage) => stageAhead(stage, null)),
    cancelledAt: null,
    failing: null,
    isBad: false,
    end: null,
  }
  if (event.error !== null) return end(fresh, event.at, 'failed', event.error)
  return fresh.kind === 'push' ? startBuild(fresh, event.at, 1) : arrive(fresh, event.at, 0)
}

/** The state that these events give, in the order in which they were recorded. Throws RangeError when the first is not `received`. */
export function fold(id: Execution['id'], events: readonly ExecutionEvent[]): Execution {
  const [first, ...others] = events
  if (first?.type !== 'received') throw new RangeError('the first event of an execution is `received`')
  return others.reduce((state, event) => advance(state, event).execution, begin(id, first).execution)
}

function startBuild(execution: Execution, at: string, attempt: number): Advanced {
  const until = later(at, waitSeconds.building)
  return {
    execution: { ...execution, build: { is: 'running', attempt, since: at, until } },
    effects: [
      { type: 'build', path: 'build', attempt },
      { type: 'timer', path: 'build', attempt, wait: 'building', dueAt: until },
    ],
  }
}

function buildSucceeded(execution: Execution, event: EventOf<'build-succeeded'>): Advanced | undefined {
  const { build } = execution
  if (build.is !== 'running' || build.attempt !== event.attempt) return undefined
  const { attempt, since } = build
  const built: Execution = {
    ...execution,
    build: { is: 'succeeded', attempt, since, endedAt: event.at },
    releaseId: event.releaseId,
  }
  return arrive(built, event.at, 0)
}

function buildFailed(
  execution: Execution,
  event: Pick<EventOf<'build-failed'>, 'at' | 'attempt' | 'error' | 'again'>,
): Advanced | undefined {
  const { build } = execution
  if (build.is !== 'running' || build.attempt !== event.attempt) return undefined
  if (event.again && build.attempt < buildAttemptsMax)
    return startBuild(execution, event.at, build.attempt + 1)
  const { attempt, since } = build
  const failed: Execution = { ...execution, build: { is: 'failed', attempt, since, endedAt: event.at } }
  return end(failed, event.at, 'failed', event.error)
}

function entered(execution: Execution, event: EventOf<'entered'>): Advanced | undefined {
  const index = execution.stages.findIndex((stage) => stage.name === event.stage)
  const stage = execution.stages[index]
  if (stage?.lane.is !== 'waiting') return undefined
  const inside = withStage(execution, index, { ...stage, lane: { is: 'entered', since: event.at } })
  return proceed(inside, event.at)
}

const ahead = (check: CheckAsked) => ({ ...check, progress: { is: 'ahead' as const } })

function stageAhead({ name, before, waves, after }: StageAsked, generatedBy: string | null): Stage {
  return {
    name,
    generatedBy,
    lane: { is: 'ahead' },
    before: before.map(ahead),
    waves: waves.map((wave) => ({
      limit: wave.limit,
      before: wave.before.map(ahead),
      targets: wave.targets.map((target) => ({ ...target, progress: { is: 'ahead' } })),
      after: wave.after.map(ahead),
    })),
    after: after.map(ahead),
  }
}

/** Its stages come next. Once, however often it is said; not where a name is taken, since places are known by it. */
function generated(execution: Execution, event: EventOf<'generated'>): Advanced | undefined {
  const { path, attempt } = event
  const { stages } = execution
  const found = findCheck(execution, path)
  const progress = found?.check.progress
  if (progress?.is !== 'asked' || progress.attempt !== attempt) return undefined
  if (stages.some((each) => each.generatedBy === path)) return undefined
  const joined = event.stages.map((stage) => stageAhead(stage, path))
  if (joined.some(({ name }) => stages.some((each) => each.name === name))) return undefined
  const index = stages.findIndex(({ name }) => name === found?.stage.name)
  return {
    execution: {
      ...execution,
      stages: [...stages.slice(0, index + 1), ...joined, ...stages.slice(index + 1)],
    },
    effects: [],
  }
}

function checkPassed(execution: Execution, event: EventOf<'check-passed'>): Advanced | undefined {
  const passed = passCheck(execution, event)
  return passed && goOn(passed, event.path, event.at)
}

function checkOverridden(execution: Execution, event: EventOf<'check-overridden'>): Advanced | undefined {
  const passed = overrideCheck(execution, event)
  return passed && goOn(passed, event.path, event.at)
}

/** What a check that has passed lets go on: the gate behind it at the door, or what comes next inside. */
function goOn(passed: Advanced, path: string, at: string): Advanced {
  const { execution, effects } = passed
  const index = execution.stages.findIndex((stage) => path.startsWith(`${stage.name}/`))
  const is = execution.stages[index]?.lane.is
  const next =
    is === 'waiting' ? knock(execution, at, index) : is === 'entered' ? proceed(execution, at) : undefined
  return next === undefined ? passed : { execution: next.execution, effects: [...effects, ...next.effects] }
}

/** Red takes its wave back; else what is deployed stays, and nothing goes further. */
function checkFailed(
  execution: Execution,
  event: Omit<EventOf<'check-failed'>, 'type'>,
): Advanced | undefined {
  const { at, path, attempt, error, isRed } = event
  const found = findCheck(execution, path)
  const progress = found?.check.progress
  if (progress?.is !== 'asked' || progress.attempt !== attempt) return undefined
  const { since } = progress
  const failed = withCheck(execution, path, { is: 'failed', attempt, since, endedAt: at, error })
  if (!isRed || found?.stage.lane.is !== 'entered') return end(failed, at, 'failed', error)
  return proceed({ ...failed, failing: error, isBad: execution.isBad || execution.kind === 'push' }, at)
}

function targetHealthy(execution: Execution, event: EventOf<'target-healthy'>): Advanced | undefined {
  const found = findTarget(execution, event.path)
  if (found === undefined) return undefined
  const { progress } = found.target
  if (progress.is !== 'deploying' && progress.is !== 'stopping') return undefined
  if (progress.attempt !== event.attempt) return undefined
  const { attempt, since } = progress
  return proceed(
    withProgress(execution, event.path, { is: 'healthy', attempt, since, endedAt: event.at }),
    event.at,
  )
}

/** Its neighbours are stopped before it has gone back itself: that may take as long as its last request. */
function targetRed(execution: Execution, event: EventOf<'target-red'>): Advanced | undefined {
  const { path, attempt, error, at } = event
  const progress = findTarget(execution, path)?.target.progress
  if (progress?.is !== 'deploying' || progress.attempt !== attempt) return undefined
  const until = later(at, waitSeconds.restoring)
  const red = withProgress(execution, path, { is: 'stopping', attempt, since: at, until, error })
  const isBad = execution.isBad || (event.isAppsFault && execution.kind === 'push')
  const next = proceed({ ...red, failing: execution.failing ?? error, isBad }, at)
  return {
    execution: next.execution,
    effects: [{ type: 'timer', path, attempt, wait: 'stopping', dueAt: until }, ...next.effects],
  }
}

function targetFailed(execution: Execution, event: EventOf<'target-failed'>): Advanced | undefined {
  const progress = findTarget(execution, event.path)?.target.progress
  if (progress?.is !== 'deploying' && progress?.is !== 'stopping') return undefined
  if (progress.attempt !== event.attempt) return undefined
  const { attempt, error, undone, at } = event
  const failed = withProgress(execution, event.path, { is: 'failed', attempt, endedAt: at, error, undone })
  const isBad = execution.isBad || (event.isAppsFault && execution.kind === 'push')
  return proceed({ ...failed, failing: execution.failing ?? error, isBad }, at)
}

function targetStopped(execution: Execution, event: EventOf<'target-stopped'>): Advanced | undefined {
  const progress = findTarget(execution, event.path)?.target.progress
  if (progress?.is !== 'stopping' || progress.attempt !== event.attempt) return undefined
  return proceed(stopped(execution, event.path, progress, event.at, event.undone), event.at)
}

/** A target that was stopped because it was late has failed; one that a person or a neighbour stopped has not. */
function stopped(
  execution: Execution,
  path: string,
  progress: Extract<Progress, { is: 'stopping' }>,
  at: string,
  undone: EventOf<'target-stopped'>['undone'],
): Execution {
  const { attempt, error } = progress
  return withProgress(
    execution,
    path,
    error === null
      ? { is: 'stopped', attempt, endedAt: at, undone }
      : { is: 'failed', attempt, endedAt: at, error, undone },
  )
}

function targetRestored(
  execution: Execution,
  event: EventOf<'target-restored'> | EventOf<'target-restore-failed'>,
): Advanced | undefined {
  const progress = findTarget(execution, event.path)?.target.progress
  if (progress?.is !== 'restoring' || progress.attempt !== event.attempt) return undefined
  const { attempt } = progress
  const next: Progress =
    event.type === 'target-restored'
      ? { is: 'restored', attempt, endedAt: event.at }
      : { is: 'restore-failed', attempt, endedAt: event.at, error: event.error }
  return proceed(withProgress(execution, event.path, next), event.at)
}

function cancel(execution: Execution, at: string): Advanced {
  if (execution.cancelledAt !== null || execution.failing !== null) return { execution, effects: [] }
  const cancelled = { ...execution, cancelledAt: at }
  if (cancelled.build.is === 'running') {
    const { attempt, since } = cancelled.build
    const ended = end(
      { ...cancelled, build: { is: 'stopped', attempt, since, endedAt: at } },
      at,
      'cancelled',
    )
    return {
      ...ended,
      effects: [{ type: 'stop-build', path: 'build', attempt }, ...ended.effects],
    }
  }
  return isAtDoor(cancelled) ? end(cancelled, at, 'cancelled') : proceed(cancelled, at)
}

function deadline(execution: Execution, event: EventOf<'deadline'>): Advanced | undefined {
  const { at, path, attempt, wait } = event
  switch (wait) {
    case 'building': {
      const failed = buildFailed(execution, { at, attempt, error: tooLate.building, again: false })
      if (failed === undefined) return undefined
      return { ...failed, effects: [{ type: 'stop-build', path: 'build', attempt }, ...failed.effects] }
    }
    case 'holding':
    case 'waiting': {
      const stage = execution.stages.find((candidate) => candidate.name === path)
      if (stage?.lane.is !== wait) return undefined
      return wait === 'holding'
        ? end(execution, at, 'cancelled', tooLate.holding)
        : end(execution, at, 'failed', tooLate.waiting)
    }
    case 'checking': {
      const found = findCheck(execution, path)
      if (found === undefined) return undefined
      const failed = checkFailed(execution, {
        at,
        path,
        attempt,
        error: checkTooLate(found.check),
        isRed: false,
      })
      if (failed === undefined) return undefined
      return { ...failed, effects: [{ type: 'stop-check', path, attempt }, ...failed.effects] }
    }
    case 'fresh':
      return askAgain(execution, event)
    case 'deploying': {
      const progress = findTarget(execution, path)?.target.progress
      if (progress?.is !== 'deploying' || progress.attempt !== attempt) return undefined
      const late = stop(execution, path, at, tooLate.deploying)
      const next = proceed({ ...late.execution, failing: execution.failing ?? tooLate.deploying }, at)
      return { ...next, effects: [...late.effects, ...next.effects] }
    }
    case 'stopping': {
      const progress = findTarget(execution, path)?.target.progress
      if (progress?.is !== 'stopping' || progress.attempt !== attempt) return undefined
      return proceed(stopped(execution, path, progress, at, 'unknown'), at)
    }
    case 'restoring':
      return targetRestored(execution, {
        type: 'target-restore-failed',
        at,
        path,
        attempt,
        error: tooLate.restoring,
      })
  }
}

/** At the door a gate that no longer holds is asked once more at once; inside it is when the next wave begins. */
function askAgain(execution: Execution, { path, attempt, at }: EventOf<'deadline'>): Advanced | undefined {
  const found = findCheck(execution, path)
  if (found?.stage.lane.is !== 'waiting') return undefined
  const { progress } = found.check
  if (progress.is !== 'passed' || progress.attempt !== attempt || progress.isOverridden) return undefined
  if (!doorOf(found.stage).some(([each]) => each === path)) return undefined
  return askCheck(execution, path, at)
}
