import { asId, type ExecutionId } from '@slipway/core'
import type { Effect } from '../decide/effect.ts'
import type { EventOf, ExecutionEvent } from '../decide/event.ts'
import type { Execution } from '../decide/execution.ts'
import { type Moved, move, type Pipeline } from '../decide/move.ts'
import { findCheck, targetsOf } from '../decide/places.ts'
import { giveUpDeployment, lookAtDeployment, stopDeployment } from './deploy.ts'
import { endCommand } from './host.ts'
import { iso, type Moment } from './moment.ts'
import { judge, windowAt } from './outside.ts'
import { giveUpRehearsal, lookAtRehearsal, lookAtWays } from './rehearse.ts'
import type { Job, Rows } from './rows.ts'
import { exclusively, isStale, park, putOff, type Session, type Work } from './session.ts'
import { generatedMax, generatedOf } from './shapes.ts'

type Recorded = { id: ExecutionId; event: ExecutionEvent }

/** What watches the simulation while it runs: told of every advance, with the state from before it and what moved it. */
export type Witness = (before: Pipeline, moved: Moved, recorded: readonly Recorded[]) => void

/** The work of a job, as the handlers of jobs.ts do it. */
export function workOf(session: Session, job: Job, witness: Witness): Work {
  switch (job.name) {
    case 'advance':
      return advanceApp(session, witness)
    case 'expire-command':
      return expireCommand(session, job.commandId)
    case 'rehearse': {
      const { name: _, timer: __, ...of } = job
      return lookAtRehearsal(session, of)
    }
    case 'effect': {
      const { id, effect } = job
      switch (effect.type) {
        case 'build':
          return lookAtBuild(session, id, effect.attempt)
        case 'check':
          return lookAtCheck(session, { id, path: effect.path, attempt: effect.attempt })
        case 'deploy':
        case 'restore':
          return lookAtDeployment(session, { id, effect })
        case 'stop-deploy':
          return stopDeployment(session, { id, effect: { ...effect, type: 'deploy' } })
        case 'timer':
          return deadline(session, id, effect)
        case 'stop-build':
        case 'stop-check':
        case 'tell-failed':
        case 'tell-superseded':
          return nothing()
      }
    }
  }
}

/** What follows a last attempt that failed. */
export function giveUp(session: Session, job: Job): void {
  if (job.name === 'rehearse') {
    const { name: _, timer: __, ...of } = job
    giveUpRehearsal(session.rows, of)
    return
  }
  if (job.name !== 'effect') return
  const { id, effect } = job
  const { rows, clock } = session
  const { path, attempt } = effect
  const error = { code: 'pipeline-step-broken', what: 'It was tried again and again.' }
  const at = iso(clock())
  const key = `${path}/${attempt}/answer`
  if (effect.type === 'deploy' || effect.type === 'restore') giveUpDeployment(session, { id, effect })
  if (effect.type === 'check')
    rows.record(id, { type: 'check-failed', at, path, attempt, error, isRed: false }, key)
  if (effect.type === 'build')
    rows.record(id, { type: 'build-failed', at, attempt, error, again: false }, key)
}

function* nothing(): Work {
  yield
}

/**
 * As the job of advance-execution.ts: new state, effects and the mark "consumed" in one transaction. Never at once, in the
 * transaction of the event: whatever may come between the two comes here.
 */
function* advanceApp({ rows, clock }: Session, witness: Witness): Work {
  yield
  const recorded = [...rows.executions.values()].flatMap(({ id, events }) =>
    events.filter(({ isConsumed }) => !isConsumed).map((row) => ({ id, row, event: row.event })),
  )
  const before = loadPipeline(rows)
  const moved = move(before, recorded, iso(clock()))
  for (const { row } of recorded) row.isConsumed = true
  for (const { id, event } of moved.decided)
    rows.execution(id).events.push({ event, key: null, isConsumed: true })
  for (const [id, state] of moved.pipeline.executions)
    if (state !== before.executions.get(id)) store(rows, id, state)
  for (const { id, effect } of moved.effects) rows.enqueueEffect(id, effect)
  witness(before, moved, recorded)
}

function loadPipeline(rows: Rows): Pipeline {
  const executions = new Map<ExecutionId, Execution>()
  const lastEntered: Record<string, { id: ExecutionId; order: number }> = {}
  for (const { id, state } of rows.executions.values()) {
    if (state === undefined) continue
    if (state.end === null) executions.set(id, state)
    if (state.kind !== 'push') continue
    for (const { name, lane } of state.stages)
      if (lane.is === 'entered' || lane.is === 'left') lastEntered[name] = { id, order: state.order }
  }
  return { executions, lastEntered, held: new Set(rows.held) }
}

function store(rows: Rows, id: ExecutionId, state: Execution): void {
  const row = rows.execution(id)
  row.state = state
  if (state.end !== null) row.endedAt ??= rows.now
  rows.version += 1
  if (state.isBad && state.failing !== null) row.commit.badSince ??= rows.now
}

/** As effects/deadline.ts. */
function* deadline(
  { rows, clock }: Session,
  id: ExecutionId,
  timer: Pick<EventOf<'deadline'>, 'path' | 'attempt' | 'wait'>,
): Work {
  yield
  const { path, attempt, wait } = timer
  rows.record(
    id,
    { type: 'deadline', at: iso(clock()), path, attempt, wait },
    `${path}/${attempt}/${wait}/late`,
  )
}

function* expireCommand({ rows }: Session, commandId: number): Work {
  yield
  endCommand(rows, commandId, { ok: false, code: 'host-did-not-answer' })
}

/** As effects/build.ts, with a runner that builds what it is told once. */
function* lookAtBuild(session: Session, id: ExecutionId, attempt: number): Work {
  const { rows, outside, seed, clock } = session
  const place = `${id}/build/${attempt}`
  const build = rows.execution(id).state?.build
  if (build?.is !== 'running' || build.attempt !== attempt || isStale(session, place)) return
  yield
  const command = outside.command(place, rows.now + (5 + seed.below(60)) * 1000, !seed.chance(80))
  if (command.endsAt > rows.now)
    return park(session, place, jobAt({ id, path: 'build', attempt }), command.endsAt)
  const at = iso(clock())
  const key = `build/${attempt}/answer`
  yield
  if (!command.isGood) {
    const error = { code: 'host-did-not-answer', what: 'The runner went away.' }
    rows.record(id, { type: 'build-failed', at, attempt, error, again: true }, key)
    return
  }
  const releaseId = asId('release', `rel_${id.slice(4)}${attempt}`)
  if (!rows.record(id, { type: 'build-succeeded', at, attempt, releaseId }, key)) return
  const { commit } = rows.execution(id)
  rows.releases.set(releaseId, { id: releaseId, commit, number: rows.releases.size + 1 })
}

type Place = { id: ExecutionId; path: string; attempt: number }

/** As effects/check.ts: asks the kind of the check, and parks it or answers. */
function* lookAtCheck(session: Session, of: Place): Work {
  const place = `${of.id}/${of.path}/${of.attempt}`
  if (isStale(session, place)) return
  yield
  const didLook = yield* exclusively(session, `steps:${place}`, () => askKind(session, of))
  if (!didLook) putOff(session, place, jobAt(of), 500)
}

function* askKind(session: Session, of: Place): Work {
  const { rows, clock } = session
  const { state } = rows.execution(of.id)
  const found = state && findCheck(state, of.path)
  const progress = found?.check.progress
  if (state?.end !== null || progress?.is !== 'asked' || progress.attempt !== of.attempt) return
  yield
  const answer = kinds[found?.check.kind ?? '']?.(session, of, progress.since)
  const { id, path, attempt } = of
  const key = `${path}/${attempt}/answer`
  const at = iso(clock())
  if (answer?.is === 'passed' && found?.check.kind === 'generate') {
    yield
    joinGenerated(session, of, at)
  }
  yield
  switch (answer?.is) {
    case undefined:
      return
    case 'waits':
      return park(session, `${id}/${path}/${attempt}`, jobAt(of), answer.until)
    case 'passed': {
      const { freshUntil } = answer
      rows.record(id, { type: 'check-passed', at, path, attempt, by: null, reason: null, freshUntil }, key)
      return
    }
    case 'failed': {
      const error = { code: answer.code, what: 'It did not pass.' }
      rows.record(id, { type: 'check-failed', at, path, attempt, error, isRed: answer.isRed }, key)
      return
    }
  }
}

/** As join-generated.ts, in one transaction. Asked again, the step may say something else: what it said first counts. */
function joinGenerated({ rows, seed }: Session, { id, path, attempt }: Place, at: string): void {
  const stages = generatedOf(seed.below(generatedMax + 1))
  const progress = findCheck(rows.execution(id).state ?? { stages: [] }, path)?.check.progress
  if (progress?.is !== 'asked' || progress.attempt !== attempt || stages.length === 0) return
  rows.record(id, { type: 'generated', at, path, attempt, stages }, `${path}/${attempt}/generated`)
}

type Answer =
  | { is: 'waits'; until: Moment }
  | { is: 'passed'; freshUntil: string | null }
  | { is: 'failed'; code: string; isRed: boolean }

const bakeSeconds = 120
const lookAtMonitorsSeconds = 20
const lookAtRehearsalSeconds = 30

const kinds: Record<string, (session: Session, of: Place, since: string) => Answer> = {
  /** A person's word comes as an event (people.ts); nothing here passes it. */
  approve: (_, __, since) => ({ is: 'waits', until: Date.parse(since) + 24 * 3_600_000 }),
  window: ({ clock }) => {
    const { isOpen, until } = windowAt(clock())
    return isOpen ? { is: 'passed', freshUntil: iso(until) } : { is: 'waits', until }
  },
  bake: ({ rows, outside, clock }, of, since) => {
    const readings = environmentsOf(rows, of).map((each) => outside.read(each, rows.now))
    const words = readings.map((each) => judge(each, rows.now))
    if (words.includes('red')) return { is: 'failed', code: 'monitor-red', isRed: true }
    const isLongEnough = clock() - Date.parse(since) >= bakeSeconds * 1000
    if (isLongEnough && words.every((word) => word === 'fine')) {
      rows.bakes.push({ id: of.id, readings, at: rows.now })
      return { is: 'passed', freshUntil: null }
    }
    return { is: 'waits', until: rows.now + lookAtMonitorsSeconds * 1000 }
  },
  run: ({ rows, outside, seed }, { id, path, attempt }) => {
    const endsAt = rows.now + (5 + seed.below(100)) * 1000
    const command = outside.command(`${id}/${path}/${attempt}`, endsAt, !seed.chance(80))
    if (command.endsAt > rows.now) return { is: 'waits', until: command.endsAt }
    return command.isGood
      ? { is: 'passed', freshUntil: null }
      : { is: 'failed', code: 'step-exited', isRed: false }
  },
  rehearse: ({ rows, clock }, of) => {
    const judged = lookAtWays(rows, of, environmentsOf(rows, of))
    switch (judged.is) {
      case 'well':
        return { is: 'passed', freshUntil: null }
      case 'failed': {
        const { code } = judged.error
        return { is: 'failed', code, isRed: code === 'rehearsal-not-forward' }
      }
      case 'not-yet':
        return { is: 'waits', until: clock() + lookAtRehearsalSeconds * 1000 }
    }
  },
  generate: (session, of, since) => kinds.run?.(session, of, since) ?? { is: 'passed', freshUntil: null },
  /** The answer of whoever was called; sometimes there is none. */
  hook: ({ rows, outside, seed }, { id, path, attempt }) => {
    const seconds = seed.chance(50) ? 86_400 : seed.below(90)
    const command = outside.command(`${id}/${path}/${attempt}`, rows.now + seconds * 1000, true)
    return command.endsAt > rows.now
      ? { is: 'waits', until: command.endsAt }
      : { is: 'passed', freshUntil: null }
  },
}

/** The environments of the wave in which a check stands, or of the stage. */
function environmentsOf(rows: Rows, { id, path }: Place) {
  const { state } = rows.execution(id)
  const stage = state && findCheck(state, path)?.stage
  if (stage === undefined) return []
  const place = path.slice(0, path.lastIndexOf('/after/'))
  return targetsOf(stage)
    .filter(([target]) => target.startsWith(`${place}/`))
    .map(([, { environmentId }]) => environmentId)
    .filter((environmentId) => rows.environments.get(environmentId)?.isRemoved === false)
}

function jobAt({ id, path, attempt }: Place) {
  const effect: Effect =
    path === 'build' ? { type: 'build', path, attempt } : { type: 'check', path, attempt }
  return { name: 'effect' as const, id, effect }
}
