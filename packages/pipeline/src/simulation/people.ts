import { asId, type EnvironmentId, type ExecutionId, type ReleaseId } from '@slipway/core'
import type { Execution } from '../decide/execution.ts'
import { checksOf } from '../decide/places.ts'
import { iso } from './moment.ts'
import type { Commit, ExecutionRow } from './rows.ts'
import type { Stages } from './shapes.ts'
import type { World } from './world.ts'

/** What people do, each as the api's one transaction does it, with what it refuses refused. */

const by = 'usr_1234'

export function push(
  world: World,
  of: { commit?: Commit; deploysByItself?: boolean; stages?: Stages } = {},
): ExecutionId {
  const count = [...world.rows.executions.values()].filter(
    (row) => row.events[0]?.event.type === 'received',
  ).length
  const commit = of.commit ?? { sha: `sha${count}`, badSince: null }
  const deploysByItself = (of.deploysByItself ?? true) && commit.badSince === null
  return start(world, 'push', commit, {
    order: count + 1,
    deploysByItself,
    releaseId: null,
    stages: of.stages ?? world.shape,
  })
}

/** A push whose manifest is refused: seen by everybody, deployed by nobody. */
export function pushRefused(world: World): ExecutionId {
  const count = world.rows.executions.size
  const error = { code: 'manifest-invalid', what: 'slipway.yaml cannot be read.' }
  return start(
    world,
    'push',
    { sha: `sha${count}`, badSince: null },
    { order: count + 1, deploysByItself: true, releaseId: null, stages: [], error },
  )
}

/** At this revision the stages have other names, for the same environments. */
export function pushRenamed(world: World): ExecutionId {
  return push(world, { stages: world.shape.map((stage) => ({ ...stage, name: `new-${stage.name}` })) })
}

/** A commit that was pushed before is the branch's head again. */
export function forcePush(world: World): ExecutionId | undefined {
  const row = world.seed.pick([...world.rows.executions.values()])
  return row && push(world, { commit: row.commit })
}

/** As rollBack of actions.ts: to what was healthy here before and is not bad. */
export function rollBack(world: World, environmentId: EnvironmentId): ExecutionId | undefined {
  const { rows } = world
  const live = rows.environments.get(environmentId)?.live
  const healthy = [...rows.deployments.values()].filter(
    (each) => each.environmentId === environmentId && each.status === 'healthy',
  )
  const choice = world.seed.pick(
    healthy
      .map(({ release }) => release)
      .filter(({ id, commit }) => id !== live?.id && commit.badSince === null),
  )
  return choice && startOutOfTurn(world, 'rollback', environmentId, choice.commit, choice.id)
}

/** What is live, with the variables of now. */
export function changeVariable(world: World, environmentId: EnvironmentId): ExecutionId | undefined {
  const live = world.rows.environments.get(environmentId)?.live
  return live ? startOutOfTurn(world, 'configuration', environmentId, live.commit, null) : undefined
}

function startOutOfTurn(
  world: World,
  kind: Execution['kind'],
  environmentId: EnvironmentId,
  commit: Commit,
  releaseId: ReleaseId | null,
): ExecutionId | undefined {
  const stage = world.stageOf(environmentId)
  if (stage === undefined) return undefined
  const targets = [{ environmentId, name: environmentId }]
  const stages = [
    { name: stage.name, before: [], waves: [{ limit: 1, before: [], targets, after: [] }], after: [] },
  ]
  return start(world, kind, commit, { order: 0, deploysByItself: true, releaseId, stages })
}

function start(
  { rows }: World,
  kind: Execution['kind'],
  commit: Commit,
  of: {
    order: number
    deploysByItself: boolean
    releaseId: ReleaseId | null
    stages: Stages
    error?: { code: string; what: string }
  },
): ExecutionId {
  const id = asId('execution', `exe_${String(rows.executions.size + 1).padStart(4, '0')}`)
  const { error = null, ...received } = of
  rows.executions.set(id, { id, commit, letInAt: null, state: undefined, endedAt: null, events: [] })
  rows.record(id, { type: 'received', at: iso(rows.now), kind, ...received, error }, 'received')
  return id
}

export function cancel({ rows }: World, id: ExecutionId): void {
  if (hasEnded(rows.execution(id))) return
  rows.record(id, { type: 'cancel-requested', at: iso(rows.now), by }, 'cancel-requested')
}

/** The Deploy button. Pressed for a bad commit, it is let in knowingly. */
export function deploy({ rows }: World, id: ExecutionId): void {
  const row = rows.execution(id)
  if (hasEnded(row)) return
  if (
    rows.record(id, { type: 'deploy-requested', at: iso(rows.now), by }, 'deploy-requested') &&
    row.state?.letIn === false
  )
    row.letInAt = rows.now
}

/** Approves what waits for a word, or answers false where nothing does. */
export function approve({ rows }: World, id: ExecutionId): boolean {
  const { state } = rows.execution(id)
  const asked = state?.end === null ? state.stages.flatMap(checksOf) : []
  for (const [path, { kind, progress }] of asked) {
    if (kind !== 'approve' || progress.is !== 'asked') continue
    const { attempt } = progress
    const at = iso(rows.now)
    return rows.record(
      id,
      { type: 'check-passed', at, path, attempt, by, reason: null, freshUntil: null },
      `${path}/${attempt}/answer`,
    )
  }
  return false
}

/** Passes a step or gate over that has not passed. */
export function override({ rows, seed }: World, id: ExecutionId): void {
  const { state } = rows.execution(id)
  const open = (state?.end === null ? state.stages.flatMap(checksOf) : []).filter(
    ([, { progress }]) => progress.is === 'ahead' || progress.is === 'asked',
  )
  const [path] = seed.pick(open) ?? []
  if (path === undefined) return
  rows.record(
    id,
    { type: 'check-overridden', at: iso(rows.now), path, by, reason: 'now' },
    `${path}/override`,
  )
}

export function hold({ rows }: World, stage: string): void {
  rows.held.add(stage)
}

export function release({ rows }: World, stage: string): void {
  if (rows.held.delete(stage)) rows.enqueue({ name: 'advance' })
}

/** Deletes an environment, which takes its lease first: where it is being changed, the deletion comes again later. */
export function removeEnvironment({ rows }: World, id: EnvironmentId): void {
  const environment = rows.environments.get(id)
  if (environment === undefined || !rows.takeLease(`environment:${id}`, 'deletion', removalSeconds)) return
  environment.isRemoved = true
}

const removalSeconds = 900

function hasEnded({ state }: ExecutionRow): boolean {
  return state !== undefined && state.end !== null
}
