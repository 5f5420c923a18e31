import type { ExecutionId } from '@slipway/core'
import type { EventOf, ExecutionEvent } from '../decide/event.ts'
import type { Execution } from '../decide/execution.ts'
import type { Pipeline } from '../decide/move.ts'
import { checksOf, findCheck, targetsOf } from '../decide/places.ts'
import type { Host } from './host.ts'
import type { Commit, Deployment, ExecutionRow, Rows } from './rows.ts'
import type { World } from './world.ts'

/** The truths as rows and hosts show them: what was done, beside what is said of it. */
type Broken = string | undefined

/** One deployment holds an environment, and its host has seen no older fence after a newer one. */
export function oneHolderPerEnvironment(rows: Rows, hosts: Iterable<Host>): Broken {
  const open = new Map<string, Deployment>()
  for (const deployment of rows.deployments.values()) {
    const { environmentId, executionId, status } = deployment
    if (status !== 'running' || rows.execution(executionId).state?.end !== null) continue
    const other = open.get(environmentId)
    if (other !== undefined && other.fence === deployment.fence)
      return `${deployment.id} and ${other.id} hold ${environmentId}`
    open.set(environmentId, deployment)
  }
  for (const { changes, environmentId } of hosts) {
    const at = changes.findIndex(({ fence }, index) => fence < (changes[index - 1]?.fence ?? 0))
    if (at > 0)
      return `${changes[at]?.deploymentId} changed ${environmentId} after ${changes[at - 1]?.deploymentId}`
  }
  return undefined
}

/** Every deployment is done once at its host, and every command of a step once at its runner. */
export function everyEffectOnce(hosts: Iterable<Host>): Broken {
  for (const { changes, environmentId } of hosts) {
    const seen = new Set<string>()
    for (const { deploymentId } of changes) {
      if (seen.has(deploymentId)) return `${deploymentId} was done twice in ${environmentId}`
      seen.add(deploymentId)
    }
  }
  return undefined
}

/**
 * A host hears of a deployment only while its execution goes on. Of a rehearsal it is told to go back only then, and
 * goes forward again whatever became of it.
 */
export function nothingBeginsAfterEnd(rows: Rows, hosts: Iterable<Host>): Broken {
  for (const { changes } of hosts) {
    const last = changes.at(-1)
    const deployment = last && rows.deployments.get(last.deploymentId)
    const { state, endedAt = null } = (deployment && rows.execution(deployment.executionId)) ?? {}
    const end = state?.end
    if (!last || !end || endedAt === null || deployment?.rehearsal?.way === 'forward') continue
    const isLate = deployment?.rehearsal
      ? last.toldAt > endedAt
      : last.heardAt > Date.parse(end.at) + clocksApartMilliseconds
    if (isLate) return `${last.deploymentId} began after its execution was ${end.how}`
  }
  return undefined
}

/** So far may the clock that wrote a state be from the database's. */
const clocksApartMilliseconds = 3000

/** Where it is said that a release was undone, or put back, it does not run; but for where it ran before. */
export function undoneIsUndone(rows: Rows, hosts: ReadonlyMap<string, Host>): Broken {
  for (const { id, state } of rows.executions.values()) {
    for (const [path, { environmentId, progress }] of state?.stages.flatMap(targetsOf) ?? []) {
      const isSaid =
        progress.is === 'restored' ||
        ((progress.is === 'stopped' || progress.is === 'failed') && progress.undone !== 'unknown')
      const deployment = rows.deployments.get(`${id}/${path}/1`)
      if (!isSaid || deployment === undefined) continue
      const { changes, runs } = hosts.get(environmentId) ?? {}
      const change = changes?.findLast((each) => each.deploymentId === deployment.id)
      const isNewest = change !== undefined && changes?.at(-1) === change
      const ranBefore = deployment.before?.id === deployment.release.id
      if (isNewest && change.doneAt !== null && runs === deployment.release.id && !ranBefore)
        return `${path} of ${id} is ${progress.is}, and its host runs the release`
    }
  }
  return undefined
}

/** Where a way back was well, the way forward has begun with its end, and leads to what ran before. */
export function thereAndBack(rows: Rows): Broken {
  for (const { id, environmentId, status, before, rehearsal } of rows.deployments.values()) {
    if (rehearsal?.way !== 'back' || status !== 'healthy') continue
    const forward = rows.deployments.get(id.replace('/back/', '/forward/'))
    if (forward === undefined) return `${id} was well, and ${environmentId} does not go forward again`
    if (forward.release.id !== before?.id) return `${forward.id} goes to another release than ran before`
  }
  return undefined
}

/** A rehearsal that has passed was well both ways, in each environment that it began in. */
export function rehearsedBothWays(rows: Rows): Broken {
  for (const { executionId, environmentId, status, rehearsal } of rows.deployments.values()) {
    const { state } = rows.execution(executionId)
    const check = rehearsal && state && findCheck(state, rehearsal.of.path)?.check.progress
    if (check?.is !== 'passed' || check.isOverridden || check.attempt !== rehearsal?.of.attempt) continue
    if (status !== 'healthy')
      return `${rehearsal.of.path} of ${executionId} passed, and ${environmentId} is ${status}`
  }
  return undefined
}

/** What is said to be healthy was done by its host, and is what is live from then on. */
export class HealthyDeployments {
  private readonly seen = new Set<string>()

  healthyWasDone(rows: Rows, hosts: ReadonlyMap<string, Host>): Broken {
    for (const { id, environmentId, status, release } of rows.deployments.values()) {
      if (status !== 'healthy' || this.seen.has(id)) continue
      this.seen.add(id)
      const done = hosts.get(environmentId)?.changes.find((each) => each.deploymentId === id)?.doneAt
      if (done == null) return `${id} is healthy, and ${environmentId} has not done it`
      const live = rows.environments.get(environmentId)?.live
      if (live?.id !== release.id) return `${id} is healthy, and ${live?.id} is live in ${environmentId}`
    }
    return undefined
  }
}

/** What a commit's mark was when it was looked at last, so that it is seen who lifts it. */
export class BadCommits {
  private readonly marked = new Map<Commit, number>()
  private readonly deployed = new Set<string>()

  /** A bad release is deployed nowhere and put back nowhere, until a person lets it in. */
  badNowhere(rows: Rows): Broken {
    for (const { id, executionId, release, path, status } of rows.deployments.values()) {
      if (this.deployed.has(id)) continue
      this.deployed.add(id)
      // What ends where it begins reaches no host.
      if (status !== 'running') continue
      const row = rows.execution(executionId)
      const since = this.marked.get(release.commit)
      if (since !== undefined && !isLetIn(row, since)) return `${executionId} deploys a bad commit to ${path}`
    }
    return undefined
  }

  /** Only a person lifts a mark. */
  badUntilLifted(rows: Rows): Broken {
    for (const row of rows.executions.values()) {
      const { commit } = row
      const since = this.marked.get(commit)
      if (commit.badSince !== null) this.marked.set(commit, since ?? commit.badSince)
      else if (since !== undefined) {
        const others = [...rows.executions.values()].filter((each) => each.commit === commit)
        if (!others.some((each) => isLetIn(each, since)))
          return `${commit.sha} is good again, by nobody's word`
        this.marked.delete(commit)
      }
    }
    return undefined
  }
}

/** The same build with other variables stays where it runs. */
function isLetIn({ state, letInAt }: ExecutionRow, since: number): boolean {
  return state?.kind === 'configuration' || (letInAt !== null && letInAt > since)
}

/** What has been answered outside is looked at: a timer gives up only on what is silent. */
export function everyAnswerIsHeard(
  { rows, outside }: Pick<World, 'rows' | 'outside'>,
  before: Pipeline,
  recorded: readonly { id: ExecutionId; event: ExecutionEvent }[],
): Broken {
  for (const { id, event } of recorded) {
    const execution = before.executions.get(id)
    if (event.type !== 'deadline' || execution === undefined) continue
    const place = `${id}/${event.path}/${event.attempt}`
    const isWaiting = isWaitingIn(execution, event)
    const heardBy = rows.now - unheardSecondsMax * 1000
    const { endsAt = Number.POSITIVE_INFINITY } = outside.commands.get(place) ?? {}
    if (isWaiting && endsAt < heardBy)
      return `${place} ended at ${new Date(endsAt).toISOString()}, and nobody looked`
    if (wasNeverTold(rows, execution, place, event))
      return `${place} was to stop, and its host was never told`
    const check = findCheck(execution, event.path)?.check
    if (isWaiting && check?.kind === 'window') return `${place} gave up on a window that opens each hour`
  }
  return undefined
}

/** Its stop was waited for in vain, though it could have been told; where nothing was begun, there is nothing to wait for. */
function wasNeverTold(
  rows: Rows,
  { stages }: Execution,
  place: string,
  { path, attempt, wait }: EventOf<'deadline'>,
) {
  const progress = stages.flatMap(targetsOf).find(([at]) => at === path)?.[1].progress
  if (wait !== 'stopping' || progress?.is !== 'stopping' || progress.attempt !== attempt) return false
  const isGivenUp = rows.setAside.some(
    (job) =>
      job.name === 'effect' &&
      job.effect.type === 'stop-deploy' &&
      `${job.id}/${job.effect.path}/${job.effect.attempt}` === place,
  )
  return !isGivenUp && !rows.commands.some((each) => each.deploymentId === place && each.kind === 'stop')
}

/** A job that always throws has been given up after so long; a dead worker's has been taken over long before. */
const unheardSecondsMax = 1200

function isWaitingIn({ build, stages }: Execution, { path, attempt, wait }: EventOf<'deadline'>): boolean {
  if (wait === 'building') return build.is === 'running' && build.attempt === attempt
  return stages
    .flatMap(checksOf)
    .some(
      ([at, { progress }]) =>
        at === path && progress.is === 'asked' && progress.attempt === attempt && wait === 'checking',
    )
}

/** A bake passes on what was measured and is fresh; nothing, old, or no number is not yet. */
export function bakedOnEvidence(rows: Rows): Broken {
  for (const { id, readings, at } of rows.bakes) {
    const isEvidence = readings.every(
      (each) => each !== undefined && Number.isFinite(each.faults) && at - each.measuredAt <= 60_000,
    )
    if (!isEvidence) return `${id} was baked on ${JSON.stringify(readings)}`
  }
  return undefined
}
