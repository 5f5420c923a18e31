import type { UserErrorFields } from '@slipway/core'
import type { Effect } from './effect.ts'
import type { EventOf, ExecutionEvent, Wait } from './event.ts'
import type { End, Execution, Progress, Stage, Target } from './execution.ts'

/** How long each wait may take before it gives up, in seconds. Steps inside a deployment have shorter ones of their own. */
const waitSeconds: Record<Wait, number> = {
  building: 45 * 60,
  holding: 30 * 86_400,
  waiting: 86_400,
  deploying: 40 * 60,
  stopping: 5 * 60,
  restoring: 20 * 60,
}

/** A build is tried again once, and only where its own content is not to blame. */
const buildAttemptsMax = 2

export type Advanced = { execution: Execution; effects: Effect[] }

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
    case 'target-healthy':
      return targetHealthy(execution, event) ?? nothing
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
    stages: event.stages.map((stage) => ({
      name: stage.name,
      lane: { is: 'ahead' as const },
      waves: stage.waves.map((wave) => ({
        limit: wave.limit,
        targets: wave.targets.map((target) => ({ ...target, progress: { is: 'ahead' as const } })),
      })),
    })),
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

export function pathOf(stage: string, wave: number, target: number): string {
  return `${stage}/${wave}/${target}`
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

/** To the door of a stage. With no stage left everything is done. */
function arrive(execution: Execution, at: string, index: number): Advanced {
  const stage = execution.stages[index]
  if (stage === undefined) return end(execution, at, 'succeeded')
  const wait = execution.letIn ? 'waiting' : 'holding'
  const until = later(at, waitSeconds[wait])
  return {
    execution: withStage(execution, index, { ...stage, lane: { is: wait, since: at, until } }),
    effects: [{ type: 'timer', path: stage.name, attempt: 1, wait, dueAt: until }],
  }
}

/** Pressed before the door is reached, the button counts when it is. */
function letIn(execution: Execution, at: string): Advanced | undefined {
  if (execution.letIn) return undefined
  const open = { ...execution, letIn: true }
  const index = open.stages.findIndex((stage) => stage.lane.is === 'holding')
  return index < 0 ? { execution: open, effects: [] } : arrive(open, at, index)
}

function entered(execution: Execution, event: EventOf<'entered'>): Advanced | undefined {
  const index = execution.stages.findIndex((stage) => stage.name === event.stage)
  const stage = execution.stages[index]
  if (stage?.lane.is !== 'waiting') return undefined
  const inside = withStage(execution, index, { ...stage, lane: { is: 'entered', since: event.at } })
  return proceed(inside, event.at)
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

/** What comes next inside the stage that is held: forward, back, or the end. */
function proceed(execution: Execution, at: string): Advanced {
  const index = execution.stages.findIndex((stage) => stage.lane.is === 'entered')
  const stage = execution.stages[index]
  if (stage === undefined) return { execution, effects: [] }
  if (execution.failing !== null) return goBack(execution, stage, at)
  if (execution.cancelledAt !== null) return comeToRest(execution, stage, at)

  const wave = stage.waves.findIndex((candidate) =>
    candidate.targets.some((target) => target.progress.is !== 'healthy'),
  )
  if (wave < 0) return leave(execution, index, at)
  return startTargets(execution, stage, wave, at)
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

/** A wave with one red target goes back as a whole: what runs is stopped, what was healthy put back, nothing new begins. */
function goBack(execution: Execution, stage: Stage, at: string): Advanced {
  let state = execution
  const effects: Effect[] = []
  const wave = currentWave(stage)
  const targets = stage.waves[wave]?.targets ?? []
  targets.forEach((target, position) => {
    const path = pathOf(stage.name, wave, position)
    if (target.progress.is === 'deploying') {
      const next = stop(state, path, at, null)
      state = next.execution
      effects.push(...next.effects)
    }
    if (target.progress.is === 'healthy') {
      const attempt = target.progress.attempt + 1
      const until = later(at, waitSeconds.restoring)
      state = withProgress(state, path, { is: 'restoring', attempt, since: at, until })
      effects.push(
        { type: 'restore', path, attempt, environmentId: target.environmentId },
        { type: 'timer', path, attempt, wait: 'restoring', dueAt: until },
      )
    }
  })
  if (isMoving(state)) return { execution: state, effects }
  const ended = end(state, at, 'failed', state.failing)
  return { execution: ended.execution, effects: [...effects, ...ended.effects] }
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
  const isAllHealthy = state.stages.every((each) =>
    each.waves.every((wave) => wave.targets.every((target) => target.progress.is === 'healthy')),
  )
  const ended = end(state, at, isAllHealthy ? 'succeeded' : 'cancelled')
  return { execution: ended.execution, effects: [...effects, ...ended.effects] }
}

function stop(execution: Execution, path: string, at: string, error: UserErrorFields | null): Advanced {
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

function end(
  execution: Execution,
  at: string,
  how: End['how'],
  error: UserErrorFields | null = null,
  by: End['by'] = null,
): Advanced {
  return {
    execution: {
      ...execution,
      stages: execution.stages.map((stage) => ({
        ...stage,
        lane: leftLane(stage, at),
        waves: stage.waves.map((wave) => ({
          ...wave,
          targets: wave.targets.map((target) =>
            target.progress.is === 'ahead' ? { ...target, progress: { is: 'never' as const } } : target,
          ),
        })),
      })),
      end: { how, at, error, by },
    },
    effects: how === 'failed' ? [{ type: 'tell-failed', path: 'end', attempt: 1 }] : [],
  }
}

function leftLane(stage: Stage, at: string): Stage['lane'] {
  switch (stage.lane.is) {
    case 'entered':
      return { is: 'left', since: stage.lane.since, endedAt: at }
    case 'left':
      return stage.lane
    case 'ahead':
    case 'holding':
    case 'waiting':
    case 'never':
      return { is: 'never' }
  }
}

/** Whether it stands before a stage, so that a newer one may take its place. */
function isAtDoor(execution: Execution): boolean {
  return execution.stages.some((stage) => stage.lane.is === 'holding' || stage.lane.is === 'waiting')
}

function isMoving(execution: Execution): boolean {
  return execution.stages.some((stage) =>
    targetsOf(stage).some(([, { progress }]) => ['deploying', 'stopping', 'restoring'].includes(progress.is)),
  )
}

/** The last wave in which anything began. */
function currentWave(stage: Stage): number {
  return stage.waves.findLastIndex((wave) => wave.targets.some((target) => target.progress.is !== 'ahead'))
}

function targetsOf(stage: Stage): [path: string, target: Target][] {
  return stage.waves.flatMap((wave, index) =>
    wave.targets.map((target, position): [string, Target] => [pathOf(stage.name, index, position), target]),
  )
}

function findTarget(execution: Execution, path: string): { target: Target } | undefined {
  for (const stage of execution.stages) {
    if (stage.lane.is !== 'entered') continue
    for (const [at, target] of targetsOf(stage)) if (at === path) return { target }
  }
  return undefined
}

function withStage(execution: Execution, index: number, stage: Stage): Execution {
  return {
    ...execution,
    stages: execution.stages.map((each, position) => (position === index ? stage : each)),
  }
}

function withProgress(execution: Execution, path: string, progress: Progress): Execution {
  return {
    ...execution,
    stages: execution.stages.map((stage) => ({
      ...stage,
      waves: stage.waves.map((wave, index) => ({
        ...wave,
        targets: wave.targets.map((target, position) =>
          pathOf(stage.name, index, position) === path ? { ...target, progress } : target,
        ),
      })),
    })),
  }
}

function later(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString()
}

const tooLate = {
  building: {
    code: 'pipeline-build-too-long',
    kind: 'failed',
    what: `The build took longer than ${waitSeconds.building / 60} minutes and was stopped.`,
    why: 'Its command did not end, or its runner no longer answers.',
    todo: 'Look at the last lines of the build log for what it waited for, then push again.',
  },
  holding: {
    code: 'pipeline-nobody-deployed',
    kind: 'conflict',
    what: `Nobody pressed Deploy within ${waitSeconds.holding / 86_400} days, so this push no longer waits.`,
    todo: 'Push again when it should go out.',
  },
  waiting: {
    code: 'pipeline-waited-too-long',
    kind: 'failed',
    what: `The stage was busy for ${waitSeconds.waiting / 3600} hours, so this execution gave up.`,
    todo: 'Cancel what holds the stage, then push again.',
  },
  deploying: {
    code: 'pipeline-deployment-too-long',
    kind: 'failed',
    what: `The deployment took longer than ${waitSeconds.deploying / 60} minutes and was stopped.`,
    why: 'One of its steps did not come to an end; the steps above show which.',
    todo: 'Look at that step, then deploy again. What ran before still runs.',
  },
  restoring: {
    code: 'pipeline-restore-too-long',
    kind: 'failed',
    what: `Going back took longer than ${waitSeconds.restoring / 60} minutes.`,
    why: 'The host did not answer.',
    todo: 'Look at the host on the environment page; roll back again once it is there.',
  },
} satisfies Record<string, UserErrorFields>
