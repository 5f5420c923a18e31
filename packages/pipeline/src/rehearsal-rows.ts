import { asId, type Clock, type DeploymentId, type UserErrorFields } from '@slipway/core'
import { type HeldLease, handOverLease, releaseLease, type Tx } from '@slipway/db'
import { getAppById, getEnvironmentById, prepareServices } from '@slipway/environments'
import { executionSchema } from './decide/execution.ts'
import { isAsked, targetsOf } from './decide/places.ts'
import { endDeployment, hasBegun } from './deployment-end.ts'
import { deploymentIdOf } from './deployment-id.ts'
import {
  environmentLease,
  leaseSeconds,
  type OpenDeployment,
  releaseBefore,
  type TargetOf,
  takeEnvironment,
  type Way,
} from './deployment-rows.ts'
import { lockPipelineOf } from './pipeline-rows.ts'
import { getRelease, type Release } from './release-rows.ts'
import { wasBad } from './was-bad.ts'
import { releaseIsBad } from './why-not-deployed.ts'

/** One environment of a rehearsal. `path` and `attempt` are those of its check. */
export type RehearsalOf = Omit<TargetOf, 'timer'>

export type RehearsalOpening =
  | { is: 'open'; way: Way; deployment: OpenDeployment }
  /** Somebody else holds the environment: come again. */
  | { is: 'busy' }
  /** It is there and back again, or as far as it goes; or it was never begun, because its check is no longer asked. */
  | { is: 'over' }

export type WayEnded =
  | { is: 'healthy'; release: Release }
  | { is: 'cancelled' }
  /** `isKnown`: the host said that it runs what it ran before. */
  | { is: 'failed'; error: UserErrorFields; isKnown: boolean }

/** Where the deployment of one way stands: its steps lie below it. */
export function placeOfWay(path: string, way: Way, environmentId: string): string {
  return `${path}/${way}/${environmentId}`
}

export function wayId({ executionId, path, attempt, environmentId }: RehearsalOf, way: Way): DeploymentId {
  return deploymentIdOf(executionId, placeOfWay(path, way, environmentId), attempt)
}

/** What a rollback of this execution would put back now; undefined where there is nothing to go back to. */
export async function releaseToRehearse(tx: Tx, of: RehearsalOf): Promise<Release | undefined> {
  const row = await tx.execution.findUniqueOrThrow({ where: { id: of.executionId }, select: { state: true } })
  const targets = executionSchema.parse(row.state).stages.flatMap(targetsOf)
  const found = targets.find(([, { environmentId }]) => environmentId === of.environmentId)
  if (found === undefined) return undefined
  const [path, { progress }] = found
  if (progress.is !== 'healthy') return undefined
  const choice = await releaseBefore(tx, { ...of, path, attempt: progress.attempt + 1 })
  const { liveReleaseId } = await getEnvironmentById(tx, of.environmentId)
  return choice.is === 'chosen' && choice.release.id !== liveReleaseId ? choice.release : undefined
}

/**
 * Begins the way back, where the check is still asked, or finds the way again that is open. One transaction; twice is
 * safe.
 */
export async function openRehearsal(tx: Tx, of: RehearsalOf, clock: Clock): Promise<RehearsalOpening> {
  await lockPipelineOf(tx, of.executionId)
  const { state } = await tx.execution.findUniqueOrThrow({
    where: { id: of.executionId },
    select: { state: true },
  })
  const isWanted = isAsked(executionSchema.parse(state), of.path, of.attempt)
  const open = await openWay(tx, of)
  if (open !== undefined) return goOn(tx, of, open, isWanted, clock)
  if (!isWanted || (await tx.deployment.findUnique({ where: { id: wayId(of, 'back') } })) !== null)
    return { is: 'over' }
  const release = await releaseToRehearse(tx, of)
  if (release === undefined) return { is: 'over' }
  const lease = await takeEnvironment(tx, of.organisationId, of.environmentId, wayId(of, 'back'))
  if (lease === undefined) return { is: 'busy' }
  const { liveReleaseId } = await getEnvironmentById(tx, of.environmentId)
  const way: WayRow = { releaseId: release.id, previousReleaseId: liveReleaseId, fence: lease.fence }
  await create(tx, of, 'back', way, clock)
  return opened(tx, of, { way: 'back', row: way }, clock)
}

/**
 * The end of a way, or of whichever is open. After the way back it begins the way forward in the same transaction, so
 * that nobody comes in between: but not where the host went on with what it ran. Only the first end counts: who comes
 * late with that of the way back does not end the way forward.
 */
export async function endWay(
  tx: Tx,
  of: RehearsalOf,
  which: Way | 'open',
  ended: WayEnded,
  clock: Clock,
): Promise<void> {
  const { appId } = await lockPipelineOf(tx, of.executionId)
  const open = await openWay(tx, of)
  if (open === undefined || (which !== 'open' && which !== open.way)) return
  const { way, row } = open
  const { organisationId, environmentId } = of
  const lease = environmentLease(environmentId)
  const id = wayId(of, way)
  if (ended.is === 'cancelled' || typeof (await hold(tx, of, open)) === 'string') {
    await endDeployment(tx, { ...of, id }, { status: 'cancelled' }, clock)
    return releaseLease(tx, organisationId, lease, id)
  }
  const result =
    ended.is === 'healthy'
      ? { status: 'healthy' as const, live: ended.release }
      : { status: 'failed' as const, error: ended.error }
  await endDeployment(tx, { ...of, id }, result, clock)
  const hasLeft = ended.is === 'healthy' || !ended.isKnown
  if (way === 'forward' || !hasLeft) return releaseLease(tx, organisationId, lease, id)

  const { releaseId, previousReleaseId: ran } = row
  if (ran === null) throw new Error(`${environmentId} went back from nothing`)
  const hands = { from: id, to: wayId(of, 'forward') }
  const handed = await handOverLease(tx, organisationId, lease, hands, leaseSeconds)
  if (handed === undefined) throw new Error(`the lease of ${environmentId} went away while it was held`)
  const from = ended.is === 'healthy' ? releaseId : ran
  await create(tx, of, 'forward', { releaseId: ran, previousReleaseId: from, fence: handed.fence }, clock)
  const { number, revisionId } = await getRelease(tx, asId('release', ran))
  const { sha } = await tx.revision.findUniqueOrThrow({ where: { id: revisionId }, select: { sha: true } })
  if (!(await wasBad(tx, appId, sha))) return
  await endWay(tx, of, 'forward', { is: 'failed', error: releaseIsBad(number).fields, isKnown: true }, clock)
}

/** Holds the environment on, or says why not: somebody else holds it now, or did meanwhile and deployed. */
async function hold(
  tx: Tx,
  of: RehearsalOf,
  { way, row }: OpenWay,
): Promise<HeldLease | 'busy' | 'overtaken'> {
  const lease = await takeEnvironment(tx, of.organisationId, of.environmentId, wayId(of, way))
  if (lease === undefined) return 'busy'
  const { liveReleaseId } = await getEnvironmentById(tx, of.environmentId)
  return lease.fence !== row.fence && liveReleaseId !== row.previousReleaseId ? 'overtaken' : lease
}

type WayRow = { releaseId: string; previousReleaseId: string | null; fence: bigint }
type OpenWay = { way: Way; row: WayRow }

/** The way that an environment is on. */
async function openWay(tx: Tx, of: RehearsalOf): Promise<OpenWay | undefined> {
  for (const way of ['back', 'forward'] as const) {
    const row = await tx.deployment.findUnique({ where: { id: wayId(of, way) } })
    if (row?.status === 'running') return { way, row }
  }
  return undefined
}

async function create(tx: Tx, of: RehearsalOf, way: Way, row: WayRow, clock: Clock): Promise<void> {
  const { organisationId, executionId, environmentId } = of
  await tx.deployment.create({
    data: {
      ...row,
      id: wayId(of, way),
      organisationId,
      environmentId,
      executionId,
      rehearses: true,
      status: 'running',
      startedAt: clock.now(),
    },
  })
}

async function goOn(
  tx: Tx,
  of: RehearsalOf,
  open: OpenWay,
  isWanted: boolean,
  clock: Clock,
): Promise<RehearsalOpening> {
  const { way, row } = open
  const id = wayId(of, way)
  const lease = await hold(tx, of, open)
  if (lease === 'busy') return { is: 'busy' }
  const isStopped = way === 'back' && !isWanted && !(await hasBegun(tx, id))
  if (lease === 'overtaken' || isStopped) {
    await endWay(tx, of, way, { is: 'cancelled' }, clock)
    return { is: 'over' }
  }
  if (lease.fence !== row.fence) await tx.deployment.update({ where: { id }, data: { fence: lease.fence } })
  return opened(tx, of, { way, row: { ...row, fence: lease.fence } }, clock)
}

/** Watched both ways as any deployment is. */
async function opened(
  tx: Tx,
  of: RehearsalOf,
  { way, row }: OpenWay,
  clock: Clock,
): Promise<RehearsalOpening> {
  const { organisationId, environmentId, path } = of
  const environment = await getEnvironmentById(tx, environmentId)
  const app = await getAppById(tx, environment.appId)
  const release = await getRelease(tx, asId('release', row.releaseId))
  const place = { organisationId, environmentId, appName: app.name }
  const services = await prepareServices(tx, place, release.plan.services, clock)
  return {
    is: 'open',
    way,
    deployment: {
      ...of,
      path: placeOfWay(path, way, environmentId),
      id: wayId(of, way),
      app,
      environment,
      release,
      services,
      fence: row.fence,
      isStopping: false,
      stoppedBy: null,
      isWayBack: way === 'back',
      isWatched: true,
      rehearsal: { path, way },
      oneBox: null,
      places: 1,
    },
  }
}
