import type { ExecutionId } from '@slipway/core'
import type { Effect } from '../decide/effect.ts'
import type { ExecutionEvent } from '../decide/event.ts'
import type { Progress } from '../decide/execution.ts'
import { targetsOf } from '../decide/places.ts'
import { sendCommand } from './host.ts'
import { iso, type Moment } from './moment.ts'
import type { Command, Deployment, Outcome, Release, Rows } from './rows.ts'
import { exclusively, isStale, lookAgain, type Session, type Work } from './session.ts'

type Target = Extract<Effect, { type: 'deploy' | 'restore' }>
/** One attempt of one target, with the job that looks at it. */
type Of = { id: ExecutionId; effect: Target }
type Undone = 'undone' | 'untouched' | 'unknown'

const leaseSeconds = 900
const lookAgainMilliseconds = 15_000
const deploySeconds = 420
const stopSeconds = 120

/** As effects/deploy.ts: one look, which runs the steps as far as they go, and parks or closes the deployment. */
export function* lookAtDeployment(session: Session, of: Of, timer: Moment | undefined): Work {
  const { rows } = session
  if (isStale(rows, placeOf(of), timer)) return
  const name = `steps:${of.effect.environmentId}`
  const didLook = yield* exclusively(session, name, () => runDeployment(session, of))
  if (!didLook) lookAgain(session, placeOf(of), jobOf(of), session.clock() + 500)
}

function* runDeployment(session: Session, of: Of): Work {
  const { rows } = session
  const opening = openDeployment(session, of)
  yield
  switch (opening.is) {
    case 'over':
      return
    case 'busy':
      return lookAgain(session, placeOf(of), jobOf(of), session.clock() + 1000)
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
  const outcome = yield* runSteps(session, of, deployment)
  switch (outcome.is) {
    case 'waits': {
      if (deployment.status === 'running') rows.takeLease(leaseOf(of), deployment.id, leaseSeconds)
      yield
      return lookAgain(session, placeOf(of), jobOf(of), outcome.until)
    }
    case 'done':
      return close(session, of, succeeded(session, of), deployment)
    case 'stopped':
      return close(session, of, stopped(session, of, 'untouched'))
    case 'failed': {
      if (outcome.code === 'command-cancelled') return close(session, of, stopped(session, of, 'undone'))
      const wasTouched = commandOf(rows, deployment.id) !== undefined
      const undone = wasTouched ? (unsaid.has(outcome.code) ? 'unknown' : 'undone') : 'untouched'
      return close(session, of, failed(session, of, outcome.code, undone))
    }
  }
}

/** Codes of a host that did not say how it ended. */
const unsaid = new Set(['host-did-not-answer'])

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
  const fence = takeEnvironment(rows, of)
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

/** Also from a deployment whose execution gave up on it. */
function takeEnvironment(rows: Rows, of: Of): number | undefined {
  const name = leaseOf(of)
  const id = placeOf(of)
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
  if (progress.is === 'restoring') return releaseBefore(rows, of)
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
function releaseBefore(rows: Rows, { id, effect }: Of): Choice {
  const { path, attempt, environmentId } = effect
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

type StepsOutcome =
  | { is: 'waits'; until: Moment }
  | { is: 'done' }
  | { is: 'stopped' }
  | { is: 'failed'; code: string }

/** As the steps of the server: what the account needs, then the release to the host, and its word. */
function* runSteps(session: Session, of: Of, deployment: Deployment): Work<StepsOutcome> {
  const { rows, seed, clock } = session
  const steps = rows.stepsOf(placeOf(of))
  steps.readyAt ??= seed.chance(300) ? rows.now + 20_000 : rows.now
  yield
  if (steps.readyAt > rows.now) return { is: 'waits', until: steps.readyAt }
  const until = clock() + lookAgainMilliseconds
  if (steps.commandId !== null) {
    const outcome = outcomeOf(rows, steps.commandId)
    if (outcome === null) return { is: 'waits', until }
    return outcome.ok ? { is: 'done' } : { is: 'failed', code: outcome.code }
  }
  // The host is looked up, which takes a while in which others go on.
  yield
  const sent = yield* sendOnce(session, of, deployment)
  if (sent === undefined) return { is: 'stopped' }
  yield
  steps.commandId = sent.id
  return { is: 'waits', until }
}

function* sendOnce({ rows }: Session, of: Of, deployment: Deployment): Work<Command | undefined> {
  const already = commandOf(rows, deployment.id)
  if (already !== undefined) return already
  if (!rows.has('one-command-a-deployment')) yield
  const progress = progressOf(rows, of)?.is
  const isWanted = progress === 'deploying' || progress === 'restoring'
  if (!isWanted && rows.has('no-command-after-stop')) return undefined
  const { environmentId, id, release, fence } = deployment
  return sendCommand(
    rows,
    { environmentId, kind: 'deploy', deploymentId: id, stops: null, release, fence, wake: jobOf(of) },
    deploySeconds,
  )
}

/** As effects/stop.ts: tells the host to undo, or looks where nothing was told to it yet. */
export function* stopDeployment({ rows }: Session, of: Of): Work {
  yield
  const command = commandOf(rows, placeOf(of))
  if (command !== undefined && command.outcome === null) {
    const { environmentId, deploymentId, release, fence } = command
    const stop = sendCommand(
      rows,
      { environmentId, kind: 'stop', deploymentId, stops: command.id, release, fence, wake: jobOf(of) },
      stopSeconds,
    )
    if (rows.has('no-command-after-its-end')) command.deadline = Math.min(command.deadline, stop.deadline)
    if (command.sentAt === null) {
      command.outcome = { ok: false, code: 'command-cancelled' }
      rows.enqueue(command.wake, { key: `command:${command.id}` })
    }
  }
  rows.enqueue(jobOf(of))
}

/** The end of a deployment and the event that says so, in one transaction; only the first counts. */
function close(session: Session, of: Of, event: ExecutionEvent, deployment?: Deployment): void {
  const { rows } = session
  const { path, attempt, environmentId } = of.effect
  if (!rows.record(of.id, event, `${path}/${attempt}/answer`)) return
  const row = rows.deployments.get(placeOf(of))
  if (row?.status === 'running') row.status = statusAfter(event)
  const environment = rows.environments.get(environmentId)
  if (deployment !== undefined && environment !== undefined) {
    environment.live = deployment.release
    const { commit } = deployment.release
    const wasLetIn = (rows.execution(of.id).letInAt ?? 0) > (commit.badSince ?? 0)
    if (wasLetIn || !rows.has('bad-until-a-person-lifts-it')) commit.badSince = null
  }
  const command = commandOf(rows, placeOf(of))
  if (command?.outcome === null && rows.has('no-command-after-its-end')) command.deadline = rows.now
  rows.releaseLease(leaseOf(of), placeOf(of))
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
    ? { type: 'target-failed', at, path, attempt, error, undone, isAppsFault: code.startsWith('app-') }
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

function commandOf(rows: Rows, deploymentId: string): Command | undefined {
  return rows.commands.findLast((each) => each.kind === 'deploy' && each.deploymentId === deploymentId)
}

function outcomeOf(rows: Rows, commandId: number): Outcome | null {
  return rows.commands.find((each) => each.id === commandId)?.outcome ?? null
}

const placeOf = ({ id, effect }: Of) => `${id}/${effect.path}/${effect.attempt}`
const leaseOf = ({ effect }: Of) => `environment:${effect.environmentId}`
const jobOf = ({ id, effect }: Of) => ({ name: 'effect' as const, id, effect })
