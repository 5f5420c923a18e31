import type { EnvironmentId, ExecutionId } from '@slipway/core'
import type { Effect } from '../decide/effect.ts'
import type { ExecutionEvent } from '../decide/event.ts'
import type { Progress } from '../decide/execution.ts'
import { checksOf, targetsOf } from '../decide/places.ts'
import { sendCommand, type Telling } from './host.ts'
import { iso } from './moment.ts'
import { judge } from './outside.ts'
import type { Command, Deployment, Rehearsal, Release, Rows, Wake } from './rows.ts'
import { exclusively, isStale, park, putOff, type Session, type Work } from './session.ts'
import { commandOf, isUnsaid, runSteps } from './steps.ts'

type Target = Extract<Effect, { type: 'deploy' | 'restore' }>
/** One attempt of one target, with the job that looks at it. */
type Of = { id: ExecutionId; effect: Target }
type Undone = 'undone' | 'untouched' | 'unknown'

export const leaseSeconds = 900
const stopSeconds = 120

/** As effects/deploy.ts: one look, which runs the steps as far as they go, and parks or closes the deployment. */
export function* lookAtDeployment(session: Session, of: Of): Work {
  if (isStale(session, placeOf(of))) return
  const name = `steps:${of.effect.environmentId}`
  const didLook = yield* exclusively(session, name, () => runDeployment(session, of))
  if (!didLook) putOff(session, placeOf(of), jobOf(of), 500)
}

function* runDeployment(session: Session, of: Of): Work {
  const { rows } = session
  const opening = openDeployment(session, of)
  yield
  switch (opening.is) {
    case 'over':
      return
    case 'busy':
      return putOff(session, placeOf(of), jobOf(of), 1000)
    case 'nothing-to-do':
      return close(session, of, succeeded(session, of))
    case 'never-began':
      return close(session, of, stopped(session, of, 'untouched'))
    case 'failed':
      return close(session, of, failed(session, of, opening.code, opening.undone))
    case 'open':
      break
  }
  const { deployment, isStopping } = opening
  if (isStopping && commandOf(rows, deployment.id) === undefined)
    return close(session, of, stopped(session, of, 'untouched'))
  const outcome = yield* runSteps(session, {
    deployment,
    isWatched: isWatched(rows, of, deployment),
    wake: jobOf(of),
    isWanted: () => {
      const progress = progressOf(rows, of)?.is
      const isWanted = progress === 'deploying' || progress === 'restoring'
      return isWanted || !rows.has('no-command-after-stop')
    },
  })
  switch (outcome.is) {
    case 'waits': {
      if (outcome.red !== null) sayRed(session, of, outcome.red, isAppsFault(outcome.red))
      else if (!isStopping && isWatched(rows, of, deployment)) yield* watchDeployment(session, of, deployment)
      if (deployment.status === 'running') rows.takeLease(leaseOf(of), deployment.id, leaseSeconds)
      yield
      return park(session, placeOf(of), jobOf(of), outcome.until)
    }
    case 'done':
      return close(session, of, succeeded(session, of), deployment)
    case 'stopped':
      return close(session, of, stopped(session, of, 'untouched'))
    case 'failed': {
      if (outcome.code === 'command-cancelled') {
        const by = stoppedBy(rows, of)
        const end = by === null ? stopped(session, of, 'undone') : failed(session, of, by, 'undone')
        return close(session, of, end)
      }
      const wasTouched = commandOf(rows, deployment.id) !== undefined
      const undone = wasTouched ? (isUnsaid(outcome.code) ? 'unknown' : 'undone') : 'untouched'
      return close(session, of, failed(session, of, outcome.code, undone))
    }
  }
}

/** Why it stops, where that is not for a person or a neighbour. */
function stoppedBy(rows: Rows, of: Of): string | null {
  const progress = progressOf(rows, of)
  return progress?.is === 'stopping' ? (progress.error?.code ?? null) : null
}

/** Not a way back, nor a bad commit, which a person let in knowingly. */
function isWatched(rows: Rows, { id, effect }: Of, { release }: Deployment): boolean {
  const isWayBack = effect.type === 'restore' || rows.execution(id).state?.kind === 'rollback'
  return !isWayBack && release.commit.badSince === null
}

/** The wave goes back from now on. Once, however often it is seen. */
function sayRed({ rows, clock }: Session, { id, effect }: Of, code: string, isAppsFault: boolean): void {
  const { path, attempt } = effect
  const error = { code, what: `It was not well: ${code}.` }
  rows.record(
    id,
    { type: 'target-red', at: iso(clock()), path, attempt, error, isAppsFault },
    `${path}/${attempt}/red`,
  )
}

/** As effects/watch-deployment.ts: the monitors that a bake of the stage asks, once the host was told. */
function* watchDeployment(session: Session, of: Of, deployment: Deployment): Work {
  const { rows, outside } = session
  const { path, environmentId } = of.effect
  const stages = rows.execution(of.id).state?.stages ?? []
  const stage = stages.find((each) => targetsOf(each).some(([target]) => target === path))
  const isBaked = stage !== undefined && checksOf(stage).some(([, { kind }]) => kind === 'bake')
  if (!isBaked || commandOf(rows, deployment.id) === undefined) return
  yield
  if (judge(outside.read(environmentId, rows.now), rows.now) !== 'red') return
  yield
  sayRed(session, of, 'monitor-red', true)
  stopCommand(rows, of)
}

const isAppsFault = (code: string) => code.startsWith('app-')

/** What is left of a job after its last attempt. */
export function giveUpDeployment(session: Session, of: Of): void {
  close(session, of, failed(session, of, 'pipeline-step-broken', 'unknown'))
}

type Opening =
  | { is: 'open'; deployment: Deployment; isStopping: boolean }
  | { is: 'over' | 'busy' | 'nothing-to-do' | 'never-began' }
  | { is: 'failed'; code: string; undone: Undone }

/** As openDeployment of deployment-rows.ts, in one transaction. */
function openDeployment({ rows, clock }: Session, of: Of): Opening {
  const { effect } = of
  const progress = progressOf(rows, of)
  if (progress === undefined) return { is: 'over' }
  const environment = rows.environments.get(effect.environmentId)
  const isStopping = progress.is === 'stopping'
  const known = rows.deployments.get(placeOf(of))
  if (known !== undefined && known.status !== 'running') return { is: 'over' }
  // Nothing was begun, so that nothing is to be undone.
  if (known === undefined && isStopping)
    return rows.has('no-command-after-stop') ? { is: 'never-began' } : { is: 'over' }
  const fence = takeEnvironment(rows, effect.environmentId, placeOf(of))
  if (fence === undefined) return { is: 'busy' }
  if (environment === undefined || environment.isRemoved) {
    rows.releaseLease(leaseOf(of), placeOf(of))
    return { is: 'failed', code: 'not-found', undone: 'unknown' }
  }
  if (known !== undefined) {
    known.fence = fence
    return { is: 'open', deployment: known, isStopping }
  }
  const chosen = chooseRelease(rows, of, progress)
  if (chosen.is !== 'chosen') {
    rows.releaseLease(leaseOf(of), placeOf(of))
    return chosen
  }
  const { path, attempt, environmentId } = effect
  const deployment: Deployment = {
    id: placeOf(of),
    executionId: of.id,
    path,
    attempt,
    environmentId,
    release: chosen.release,
    before: environment.live,
    fence,
    status: 'running',
    startedAt: rows.now,
    rehearsal: null,
  }
  rows.deployments.set(deployment.id, deployment)
  const { number } = chosen.release
  const event: ExecutionEvent = {
    type: 'target-deploying',
    at: iso(clock()),
    path,
    attempt,
    release: number,
  }
  rows.record(of.id, event, `${path}/${attempt}/begun`)
  return { is: 'open', deployment, isStopping }
}

/** Also from a deployment whose execution gave up on it. Its fence, or undefined where somebody else holds it. */
export function takeEnvironment(rows: Rows, environmentId: EnvironmentId, id: string): number | undefined {
  const name = environmentLease(environmentId)
  if (!rows.has('environment-lease')) return 1
  const lease = rows.takeLease(name, id, leaseSeconds)
  if (lease !== undefined) return lease.fence
  const holder = rows.leases.get(name)?.holder ?? ''
  const given = rows.deployments.get(holder)
  if (given === undefined || rows.execution(given.executionId).state?.end == null) return undefined
  if (given.status === 'running') given.status = 'cancelled'
  rows.releaseLease(name, holder)
  return rows.takeLease(name, id, leaseSeconds)?.fence
}

type Choice =
  | { is: 'chosen'; release: Release }
  | { is: 'nothing-to-do' }
  | { is: 'failed'; code: string; undone: Undone }

function chooseRelease(rows: Rows, of: Of, progress: Progress): Choice {
  if (progress.is === 'restoring') return releaseBefore(rows, { id: of.id, ...of.effect })
  const execution = rows.execution(of.id)
  const { releaseId = null, kind } = execution.state ?? {}
  const live = rows.environments.get(of.effect.environmentId)?.live
  const asked =
    kind === 'configuration' ? live : releaseId === null ? undefined : rows.releases.get(releaseId)
  if (!asked) return { is: 'nothing-to-do' }
  const { badSince } = asked.commit
  const isLetIn = badSince === null || kind === 'configuration' || (execution.letInAt ?? 0) > badSince
  if (!isLetIn && rows.has('bad-asked-at-deployment'))
    return { is: 'failed', code: 'release-is-bad', undone: 'untouched' }
  return { is: 'chosen', release: asked }
}

/** What was live before; where that is bad by now, the newest that was healthy here before and is not. */
export function releaseBefore(rows: Rows, { id, path, attempt, environmentId }: Rehearsal): Choice {
  const changed = rows.deployments.get(`${id}/${path}/${attempt - 1}`)
  if (changed === undefined || changed.before === null) return nothingToRestore
  if (changed.before.commit.badSince === null) return { is: 'chosen', release: changed.before }
  const [good] = [...rows.deployments.values()]
    .filter(
      (each) =>
        each.environmentId === environmentId &&
        each.status === 'healthy' &&
        each.startedAt < changed.startedAt &&
        each.release.commit.badSince === null,
    )
    .map(({ release }) => release)
    .sort((one, other) => other.number - one.number)
  return good === undefined ? nothingToRestore : { is: 'chosen', release: good }
}

const nothingToRestore: Choice = { is: 'failed', code: 'pipeline-nothing-to-restore', undone: 'untouched' }

/** As effects/stop.ts: tells the host to undo, or looks where nothing was told to it yet. */
export function* stopDeployment({ rows }: Session, of: Of): Work {
  yield
  stopCommand(rows, of)
}

function stopCommand(rows: Rows, of: Of): void {
  const command = commandOf(rows, placeOf(of))
  if (command !== undefined && command.outcome === null) {
    const stop = sendCommand(rows, stopOf(command, jobOf(of)), stopSeconds)
    if (rows.has('no-command-after-its-end')) command.deadline = Math.min(command.deadline, stop.deadline)
    if (command.sentAt === null) {
      command.outcome = { ok: false, code: 'command-cancelled' }
      rows.enqueue(command.wake, { key: `command:${command.id}` })
    }
  }
  rows.enqueue(jobOf(of))
}

function stopOf({ id: stops, environmentId, deploymentId, release, fence }: Command, wake: Wake): Telling {
  return { environmentId, kind: 'stop', deploymentId, stops, release, fence, isWatched: false, wake }
}

/** The end of a deployment and the event that says so, in one transaction; only the first counts. */
function close(session: Session, of: Of, event: ExecutionEvent, deployment?: Deployment): void {
  const { rows } = session
  const { path, attempt, environmentId } = of.effect
  if (!rows.record(of.id, event, `${path}/${attempt}/answer`)) return
  endDeployment(rows, { id: placeOf(of), environmentId }, statusAfter(event), deployment?.release)
  if (deployment !== undefined) {
    const { commit } = deployment.release
    const wasLetIn = (rows.execution(of.id).letInAt ?? 0) > (commit.badSince ?? 0)
    if (wasLetIn || !rows.has('bad-until-a-person-lifts-it')) commit.badSince = null
  }
  rows.releaseLease(leaseOf(of), placeOf(of))
}

/** As deployment-end.ts: its row, what is live from now on, and a command that its host has not heard of. */
export function endDeployment(
  rows: Rows,
  { id, environmentId }: Pick<Deployment, 'id' | 'environmentId'>,
  status: Deployment['status'],
  live: Release | undefined,
): void {
  const row = rows.deployments.get(id)
  if (row?.status === 'running') row.status = status
  const environment = rows.environments.get(environmentId)
  if (live !== undefined && environment !== undefined) environment.live = live
  const command = commandOf(rows, id)
  if (command?.outcome === null && rows.has('no-command-after-its-end')) command.deadline = rows.now
  rows.version += 1
}

function statusAfter({ type }: ExecutionEvent): Deployment['status'] {
  if (type === 'target-healthy' || type === 'target-restored') return 'healthy'
  return type === 'target-stopped' ? 'cancelled' : 'failed'
}

function succeeded(session: Session, { effect }: Of): ExecutionEvent {
  const { type, path, attempt } = effect
  return {
    type: type === 'deploy' ? 'target-healthy' : 'target-restored',
    at: iso(session.clock()),
    path,
    attempt,
  }
}

function failed(session: Session, { effect }: Of, code: string, undone: Undone): ExecutionEvent {
  const { type, path, attempt } = effect
  const at = iso(session.clock())
  const error = { code, what: `It did not go well: ${code}.` }
  return type === 'deploy'
    ? { type: 'target-failed', at, path, attempt, error, undone, isAppsFault: isAppsFault(code) }
    : { type: 'target-restore-failed', at, path, attempt, error }
}

function stopped(session: Session, { effect }: Of, undone: Undone): ExecutionEvent {
  const { path, attempt } = effect
  return { type: 'target-stopped', at: iso(session.clock()), path, attempt, undone }
}

/** The state of a target while this attempt of it is under way. */
function progressOf(rows: Rows, { id, effect }: Of): Progress | undefined {
  const targets = rows.execution(id).state?.stages.flatMap(targetsOf) ?? []
  const progress = targets.find(([path]) => path === effect.path)?.[1].progress
  const isMoving = progress?.is === 'deploying' || progress?.is === 'stopping' || progress?.is === 'restoring'
  return isMoving && progress.attempt === effect.attempt ? progress : undefined
}

const placeOf = ({ id, effect }: Of) => `${id}/${effect.path}/${effect.attempt}`
export const environmentLease = (id: EnvironmentId) => `environment:${id}`
const leaseOf = ({ effect }: Of) => environmentLease(effect.environmentId)
const jobOf = ({ id, effect }: Of) => ({ name: 'effect' as const, id, effect })
