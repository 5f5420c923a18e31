import { isAsked, targetsOf } from '../decide/places.ts'
import { judgeRehearsal, type Rehearsed, type WayIs } from '../gates/rehearse/decide/judge-rehearsal.ts'
import { endDeployment, environmentLease, leaseSeconds, releaseBefore, takeEnvironment } from './deploy.ts'
import type { Deployment, Rehearsal, Release, Rows } from './rows.ts'
import { exclusively, isStale, park, putOff, type Session, type Work } from './session.ts'
import { commandOf, isUnsaid, runSteps } from './steps.ts'

type Way = 'back' | 'forward'
type Ended = { is: 'healthy'; release: Release } | { is: 'cancelled' } | { is: 'failed'; isKnown: boolean }

const ways: readonly Way[] = ['back', 'forward']

/** As gates/rehearse: begins what has not begun, and says how far all of it is. */
export function lookAtWays(
  rows: Rows,
  of: Omit<Rehearsal, 'environmentId'>,
  ids: readonly Rehearsal['environmentId'][],
) {
  return judgeRehearsal(ids.map((environmentId) => beginAndSee(rows, { ...of, environmentId })))
}

function beginAndSee(rows: Rows, of: Rehearsal): Rehearsed {
  const { environmentId: environment } = of
  const back = wayOf(rows, of, 'back')
  if (back !== undefined) {
    const forward = wayOf(rows, of, 'forward')
    return {
      environment,
      to: back.release.number,
      back: wayIs(back),
      forward: forward ? wayIs(forward) : null,
    }
  }
  const release = releaseToRehearse(rows, of)
  if (release !== undefined) rows.enqueue({ name: 'rehearse', ...of })
  return { environment, to: release?.number ?? null, back: null, forward: null }
}

function wayIs({ status }: Deployment): WayIs {
  return status === 'failed'
    ? { is: status, error: { code: 'app-exited', what: 'It was not well.' } }
    : { is: status }
}

/** As effects/rehearse.ts: one look at the way that is open, and at the one after it. */
export function* lookAtRehearsal(session: Session, of: Rehearsal): Work {
  const didLook = yield* exclusively(session, `steps:${of.environmentId}`, () => goOn(session, of))
  if (!didLook) putOff(session, wholeOf(of), jobOf(of), 500)
}

/** What is left of a job after its last attempt: the way has failed, and what runs is not known. */
export function giveUpRehearsal(rows: Rows, of: Rehearsal): void {
  endWay(rows, of, 'open', { is: 'failed', isKnown: false })
  rows.enqueue(jobOf(of))
}

function* goOn(session: Session, of: Rehearsal): Work {
  const { rows, clock } = session
  const opening = open(rows, of)
  yield
  if (opening === 'busy') return putOff(session, wholeOf(of), jobOf(of), 1000)
  if (opening === 'over') {
    const { id, path, attempt } = of
    rows.enqueue({ name: 'effect', id, effect: { type: 'check', path, attempt } })
    return
  }
  const { way = 'open' as const } = opening.rehearsal ?? {}
  if (isStale(session, opening.id)) return
  const outcome = yield* runSteps(session, {
    deployment: opening,
    isWatched: true,
    wake: jobOf(of),
    isWanted: () => opening.status === 'running' && (way === 'forward' || isCheckAsked(rows, of)),
  })
  yield
  switch (outcome.is) {
    case 'waits':
      return park(session, opening.id, jobOf(of), outcome.until)
    case 'stopped':
      return park(session, opening.id, jobOf(of), clock() + 1000)
    case 'done':
      endWay(rows, of, way, { is: 'healthy', release: opening.release })
      break
    case 'failed':
      endWay(rows, of, way, {
        is: 'failed',
        isKnown: commandOf(rows, opening.id) === undefined || !isUnsaid(outcome.code),
      })
      break
  }
  yield
  return yield* goOn({ ...session, timer: undefined }, of)
}

/** As openRehearsal of rehearsal-rows.ts, in one transaction. */
function open(rows: Rows, of: Rehearsal): Deployment | 'busy' | 'over' {
  const isWanted = isCheckAsked(rows, of)
  const going = openWay(rows, of)
  if (going !== undefined) {
    const held = hold(rows, going)
    if (held === 'busy') return 'busy'
    const isStopped = going.rehearsal?.way === 'back' && !isWanted && commandOf(rows, going.id) === undefined
    if (held === 'overtaken' || isStopped) {
      endWay(rows, of, 'open', { is: 'cancelled' })
      return 'over'
    }
    going.fence = held
    return going
  }
  const back = wayOf(rows, of, 'back')
  if (back?.status === 'healthy' && wayOf(rows, of, 'forward') === undefined)
    return lateForward(rows, of, back)
  if (!isWanted || back !== undefined) return 'over'
  const release = releaseToRehearse(rows, of)
  if (release === undefined) return 'over'
  const fence = takeEnvironment(rows, of.environmentId, wayId(of, 'back'))
  if (fence === undefined) return 'busy'
  const before = rows.environments.get(of.environmentId)?.live ?? null
  return create(rows, of, 'back', { release, before, fence })
}

/** Only without its guard: the way forward as a deployment of its own, which somebody may come in between. */
function lateForward(
  rows: Rows,
  of: Rehearsal,
  { before: release }: Deployment,
): Deployment | 'busy' | 'over' {
  const fence = takeEnvironment(rows, of.environmentId, wayId(of, 'forward'))
  if (release === null) return 'over'
  return fence === undefined ? 'busy' : create(rows, of, 'forward', { release, before: release, fence })
}

/** As endWay of rehearsal-rows.ts, in one transaction. */
function endWay(rows: Rows, of: Rehearsal, which: Way | 'open', ended: Ended): void {
  const going = openWay(rows, of)
  if (going === undefined || (which !== 'open' && which !== going.rehearsal?.way)) return
  const { environmentId } = of
  const { id, rehearsal, release, before } = going
  const lease = environmentLease(environmentId)
  if (ended.is === 'cancelled' || typeof hold(rows, going) === 'string') {
    endDeployment(rows, going, 'cancelled', undefined)
    rows.releaseLease(lease, id)
    return
  }
  endDeployment(rows, going, ended.is, ended.is === 'healthy' ? ended.release : undefined)
  const hasLeft = ended.is === 'healthy' || !ended.isKnown
  if (rehearsal?.way === 'forward' || !hasLeft || !rows.has('forward-with-the-end-of-back')) {
    rows.releaseLease(lease, id)
    return
  }
  const handed = rows.handOverLease(lease, id, wayId(of, 'forward'), leaseSeconds)
  const fence = rows.has('environment-lease') ? handed?.fence : 1
  if (before === null || fence === undefined) throw new Error(`${environmentId} went back from nothing`)
  const from = ended.is === 'healthy' ? release : before
  create(rows, of, 'forward', { release: before, before: from, fence })
  if (before.commit.badSince !== null) endWay(rows, of, 'forward', { is: 'failed', isKnown: true })
}

/** Holds the environment on, with a fence, or says why not. */
function hold(rows: Rows, { id, environmentId, fence, before }: Deployment): number | 'busy' | 'overtaken' {
  const held = takeEnvironment(rows, environmentId, id)
  if (held === undefined) return 'busy'
  const live = rows.environments.get(environmentId)?.live ?? null
  return held !== fence && live?.id !== before?.id ? 'overtaken' : held
}

/** What a rollback of this execution would put back now. */
function releaseToRehearse(rows: Rows, of: Rehearsal): Release | undefined {
  const targets = rows.execution(of.id).state?.stages.flatMap(targetsOf) ?? []
  const [path = '', target] =
    targets.find(([, { environmentId }]) => environmentId === of.environmentId) ?? []
  if (target?.progress.is !== 'healthy') return undefined
  const choice = releaseBefore(rows, { ...of, path, attempt: target.progress.attempt + 1 })
  const live = rows.environments.get(of.environmentId)?.live
  return choice.is === 'chosen' && choice.release.id !== live?.id ? choice.release : undefined
}

function create(
  rows: Rows,
  of: Rehearsal,
  way: Way,
  { release, before, fence }: Pick<Deployment, 'release' | 'before' | 'fence'>,
): Deployment {
  const { id: executionId, attempt, environmentId } = of
  const deployment: Deployment = {
    id: wayId(of, way),
    executionId,
    path: `${of.path}/${way}/${environmentId}`,
    attempt,
    environmentId,
    release,
    before,
    fence,
    status: 'running',
    startedAt: rows.now,
    rehearsal: { of, way },
  }
  rows.deployments.set(deployment.id, deployment)
  rows.version += 1
  return deployment
}

function openWay(rows: Rows, of: Rehearsal): Deployment | undefined {
  return ways.map((way) => wayOf(rows, of, way)).find((deployment) => deployment?.status === 'running')
}

function wayOf(rows: Rows, of: Rehearsal, way: Way): Deployment | undefined {
  return rows.deployments.get(wayId(of, way))
}

function isCheckAsked(rows: Rows, { id, path, attempt }: Rehearsal): boolean {
  const { state } = rows.execution(id)
  return state !== undefined && isAsked(state, path, attempt)
}

const wayId = ({ id, path, attempt, environmentId }: Rehearsal, way: Way) =>
  `${id}/${path}/${way}/${environmentId}/${attempt}`
const wholeOf = ({ id, path, attempt, environmentId }: Rehearsal) =>
  `${id}/${path}/${attempt}/${environmentId}`
const jobOf = ({ id, path, attempt, environmentId }: Rehearsal) =>
  ({ name: 'rehearse', id, path, attempt, environmentId }) as const
