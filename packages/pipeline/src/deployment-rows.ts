import {
  type AppId,
  asId,
  type Clock,
  type DeploymentId,
  type EnvironmentId,
  type ExecutionId,
  type OrganisationId,
  type ReleaseId,
  UserError,
  type UserErrorFields,
} from '@slipway/core'
import {
  type HeldLease,
  handOverLease,
  leaseHolder,
  type Prisma,
  releaseLease,
  type Tx,
  takeLease,
} from '@slipway/db'
import {
  type App,
  type Environment,
  getAppById,
  getEnvironmentById,
  prepareServices,
  type Sealing,
  type Service,
  secretsReady,
} from '@slipway/environments'
import { type Execution, executionSchema, type Progress, type Target } from './decide/execution.ts'
import { isAsked, pathOf } from './decide/places.ts'
import { deploymentIdOf } from './deployment-id.ts'
import { lockPipeline, lockPipelineOf } from './pipeline-rows.ts'
import { recordEvent } from './record-event.ts'
import { getRelease, type Release, releaseToReconfigure, withConfigurationOfNow } from './release-rows.ts'
import { wasBad, wasLetIn } from './was-bad.ts'
import { overtaken, releaseIsBad, secretMissing } from './why-not-deployed.ts'

/** Where a deployment stands in its execution, as the effect that runs it was told. */
export type TargetOf = {
  organisationId: OrganisationId
  executionId: ExecutionId
  path: string
  attempt: number
  environmentId: EnvironmentId
  /** The moment for which the look that goes on now was set, where a timer asked for it. */
  timer?: string | undefined
}

/** To the release before, and forward again. */
export type Way = 'back' | 'forward'

/** A deployment that is under way, with all that its steps need. */
export type OpenDeployment = TargetOf & {
  id: DeploymentId
  app: App
  environment: Environment
  release: Release
  services: Service[]
  fence: bigint
  /** Somebody asked it to stop. */
  isStopping: boolean
  /** Why, where it was not a person or a neighbour that is red: it was late, or a monitor is red. */
  stoppedBy: UserErrorFields | null
  /** It goes back to what was here before: a rollback, or what undoes a wave. */
  isWayBack: boolean
  /** Monitors may undo it: not a way back, which nothing hinders, nor a bad commit, which a person let in knowingly. */
  isWatched: boolean
  /** Of a rehearsal: the place of its check, and which way this is. Null for what is deployed to stay. */
  rehearsal: { path: string; way: Way } | null
  /** The part of the requests that the new release gets first, as the wave of the pipeline asks for it. */
  oneBox: NonNullable<Target['oneBox']> | null
  /** So many environments its execution goes to, this one among them. */
  places: number
}

export type Opening =
  | { is: 'open'; deployment: OpenDeployment }
  /** It is over, or was never asked for: an answer that came late. */
  | { is: 'over' }
  /** Told to stop before it was opened. */
  | { is: 'never-begun' }
  /** Another deployment, or a deletion, holds the environment, or a secret is on its way: come again. */
  | { is: 'busy'; on: string }
  /** What runs is what was asked for: there is nothing to do. */
  | { is: 'nothing-to-do' }
  | { is: 'failed'; error: UserError }

type Settings = { clock: Clock; sealing: Sealing }

/** Longer than any wait between two looks; renewed at each. */
export const leaseSeconds = 900

export const environmentLease = (id: EnvironmentId) => `environment:${id}`

/**
 * Opens a deployment, or finds the open one again: its row, its release, and the lease of its environment,
 * whose fence goes along with every command. One transaction; twice is safe.
 */
export async function openDeployment(tx: Tx, of: TargetOf, settings: Settings): Promise<Opening> {
  const { organisationId, executionId, path, attempt, environmentId } = of
  const { appId } = await lockPipelineOf(tx, executionId)
  const { state } = await tx.execution.findUniqueOrThrow({
    where: { id: executionId },
    select: { state: true },
  })
  const execution = executionSchema.parse(state)
  const target = targetAt(execution, path)
  const progress = target?.progress
  if (progress === undefined || !isUnderWay(progress, attempt)) return { is: 'over' }

  const id = deploymentIdOf(executionId, path, attempt)
  const known = await tx.deployment.findUnique({ where: { id } })
  if (known !== null && known.status !== 'running') return { is: 'over' }
  const lease = await takeEnvironment(tx, organisationId, environmentId, id)
  if (lease === undefined) return { is: 'busy', on: 'whoever changes the environment now to be done' }

  const environment = await getEnvironmentById(tx, environmentId)
  const app = await getAppById(tx, appId)
  const isStopping = progress.is === 'stopping'
  let releaseId: ReleaseId
  if (known === null) {
    if (isStopping) {
      await releaseLease(tx, organisationId, environmentLease(environmentId), id)
      return { is: 'never-begun' }
    }
    const chosen = await chooseRelease(tx, { ...of, appId }, execution, progress, settings)
    if (chosen.is !== 'chosen') {
      await releaseLease(tx, organisationId, environmentLease(environmentId), id)
      return chosen
    }
    releaseId = chosen.release.id
    await tx.deployment.create({
      data: {
        id,
        organisationId,
        environmentId,
        executionId,
        releaseId,
        previousReleaseId: environment.liveReleaseId,
        fence: lease.fence,
        status: 'running',
        startedAt: settings.clock.now(),
      },
    })
    const at = settings.clock.now().toISOString()
    await recordEvent(
      tx,
      executionId,
      { type: 'target-deploying', at, path, attempt, release: chosen.release.number },
      `${path}/${attempt}/begun`,
    )
  } else {
    releaseId = asId('release', known.releaseId)
    if (known.fence !== lease.fence)
      await tx.deployment.update({ where: { id }, data: { fence: lease.fence } })
  }
  const release = await getRelease(tx, releaseId)
  const services = await prepareServices(
    tx,
    { organisationId, environmentId, appName: app.name },
    release.plan.services,
    settings.clock,
  )
  const { sha } = await tx.revision.findUniqueOrThrow({ where: { id: release.revisionId } })
  const isWayBack = execution.kind === 'rollback' || progress.is === 'restoring'
  const isWatched = !isWayBack && !(await wasBad(tx, appId, sha))
  const { fence } = lease
  return {
    is: 'open',
    deployment: {
      ...of,
      id,
      app,
      environment,
      release,
      services,
      fence,
      isStopping,
      stoppedBy: progress.is === 'stopping' ? progress.error : null,
      isWayBack,
      isWatched,
      rehearsal: null,
      oneBox: target?.oneBox ?? null,
      places: execution.stages.flatMap(({ waves }) => waves.flatMap(({ targets }) => targets)).length,
    },
  }
}

/**
 * The lease of the environment, also from a deployment whose execution gave up on it: it never comes back, and
 * should its host still work on it, the new fence is greater.
 */
export async function takeEnvironment(
  tx: Tx,
  organisationId: OrganisationId,
  environmentId: EnvironmentId,
  id: DeploymentId,
): Promise<HeldLease | undefined> {
  const name = environmentLease(environmentId)
  const lease = await takeLease(tx, organisationId, name, id, leaseSeconds)
  if (lease !== undefined) return lease
  const holder = (await leaseHolder(tx, organisationId, name))?.holder
  if (holder === undefined) return undefined
  const givenUp = await tx.deployment.updateMany({
    where: { id: holder, execution: { endedAt: { not: null } } },
    data: { status: 'cancelled' },
  })
  if (givenUp.count === 0) return undefined
  return handOverLease(tx, organisationId, name, { from: holder, to: id }, leaseSeconds)
}

/**
 * Lets a deployment touch what runs, where it is still wanted, and notes that it did: in the transaction that tells the
 * host, or before the first change.
 */
export async function begin(tx: Tx, of: OpenDeployment, clock: Clock): Promise<boolean> {
  if (!(await isWanted(tx, of))) return false
  await tx.deployment.updateMany({ where: { id: of.id, begunAt: null }, data: { begunAt: clock.now() } })
  return true
}

/**
 * Whether a deployment may still begin: asked under the lock of the pipeline, so that what stops it either finds that it
 * began or keeps it from beginning.
 */
async function isWanted(tx: Tx, of: OpenDeployment): Promise<boolean> {
  await lockPipeline(tx, of.app.id)
  const row = await tx.execution.findUniqueOrThrow({ where: { id: of.executionId }, select: { state: true } })
  const execution = executionSchema.parse(row.state)
  if (of.rehearsal !== null) {
    const { status } = await tx.deployment.findUniqueOrThrow({
      where: { id: of.id },
      select: { status: true },
    })
    // Once it went back it goes forward again, whatever became of its check.
    const hasCause = of.rehearsal.way === 'forward' || isAsked(execution, of.rehearsal.path, of.attempt)
    return status === 'running' && hasCause
  }
  const progress = targetAt(execution, of.path)?.progress
  return (progress?.is === 'deploying' || progress?.is === 'restoring') && progress.attempt === of.attempt
}

/** The target at a path; undefined where the execution has none there. */
function targetAt(execution: Execution, path: string): Target | undefined {
  for (const stage of execution.stages) {
    for (const [wave, { targets }] of stage.waves.entries()) {
      for (const [position, target] of targets.entries()) {
        if (pathOf(stage.name, wave, position) === path) return target
      }
    }
  }
  return undefined
}

function isUnderWay(progress: Progress, attempt: number): boolean {
  const isMoving = progress.is === 'deploying' || progress.is === 'stopping' || progress.is === 'restoring'
  return isMoving && progress.attempt === attempt
}

type Choice =
  | { is: 'chosen'; release: Release }
  | Exclude<Opening, { is: 'open' } | { is: 'over' } | { is: 'never-begun' }>

async function chooseRelease(
  tx: Tx,
  of: TargetOf & { appId: AppId },
  execution: Execution,
  progress: Progress,
  settings: Settings,
): Promise<Choice> {
  if (progress.is === 'restoring') return releaseBefore(tx, of)
  if (execution.kind === 'rollback') {
    if (execution.releaseId === null) throw new Error('a rollback names its release')
    const release = await getRelease(tx, execution.releaseId)
    if (await isBad(tx, of.appId, release)) return { is: 'failed', error: releaseIsBad(release.number) }
    return { is: 'chosen', release }
  }

  const asked =
    execution.kind === 'configuration'
      ? await releaseToReconfigure(tx, of.environmentId)
      : execution.releaseId === null
        ? undefined
        : { release: await getRelease(tx, execution.releaseId), isLive: false }
  if (asked === undefined) return { is: 'nothing-to-do' }
  if (execution.kind === 'push') {
    const refusal = await whyNotPush(tx, of, asked.release)
    if (refusal !== undefined) return { is: 'failed', error: refusal }
  }
  const ready = await secretsReady(tx, of, asked.release.plan.secrets, settings)
  if (ready.is === 'on-their-way') return { is: 'busy', on: `${ready.names.join(', ')} to be stored` }
  if (ready.is === 'missing') return { is: 'failed', error: secretMissing(ready.names) }

  const { organisationId, appId, environmentId } = of
  const { revisionId } = asked.release
  const place = { organisationId, appId, environmentId, revisionId }
  const release = await withConfigurationOfNow(tx, place, asked.release, settings.clock)
  if (asked.isLive && release.id === asked.release.id) return { is: 'nothing-to-do' }
  return { is: 'chosen', release }
}

/**
 * What was live before the deployment of this place began; where that has been marked bad since, the newest release
 * that was healthy here before and is not.
 */
export async function releaseBefore(tx: Tx, of: TargetOf): Promise<Choice> {
  const changed = await tx.deployment.findUnique({
    where: { id: deploymentIdOf(of.executionId, of.path, of.attempt - 1) },
  })
  // There was nothing to do for it, so there is nothing to put back.
  if (changed === null) return { is: 'nothing-to-do' }
  const before = changed.previousReleaseId
  const good = before
    ? ((await goodRelease(tx, { id: before })) ??
      (await goodRelease(tx, {
        environmentId: of.environmentId,
        deployments: { some: { status: 'healthy', startedAt: { lt: changed.startedAt } } },
      })))
    : undefined
  if (good !== undefined) return { is: 'chosen', release: await getRelease(tx, good) }
  return {
    is: 'failed',
    error: new UserError({
      code: 'pipeline-nothing-to-restore',
      kind: 'failed',
      what: 'There is nothing to go back to here.',
      why: 'This was the first release in this environment.',
      todo: 'Fix what went wrong in the other environments of the wave and push again.',
    }),
  }
}

/** The newest of these releases whose commit is not marked bad. */
async function goodRelease(tx: Tx, which: Prisma.ReleaseWhereInput): Promise<ReleaseId | undefined> {
  const row = await tx.release.findFirst({
    where: { ...which, revision: { badSince: null } },
    orderBy: { number: 'desc' },
    select: { id: true },
  })
  return row === null ? undefined : asId('release', row.id)
}

/** The commit was marked bad meanwhile, by this or another environment. */
async function isBad(tx: Tx, appId: AppId, { revisionId }: Release): Promise<boolean> {
  const { sha } = await tx.revision.findUniqueOrThrow({ where: { id: revisionId }, select: { sha: true } })
  return wasBad(tx, appId, sha)
}

/**
 * What keeps a push out of an environment, as it is in this moment: its commit was marked bad and nobody let it in
 * knowingly, or a newer push is here already, by a stage that was called otherwise.
 */
async function whyNotPush(
  tx: Tx,
  of: TargetOf & { appId: AppId },
  release: Release,
): Promise<UserError | undefined> {
  if ((await isBad(tx, of.appId, release)) && !(await wasLetIn(tx, of.executionId)))
    return releaseIsBad(release.number)
  const { position } = await tx.revision.findUniqueOrThrow({
    where: { id: release.revisionId },
    select: { position: true },
  })
  const newer = await tx.deployment.findFirst({
    where: {
      environmentId: of.environmentId,
      status: { in: ['running', 'healthy'] },
      execution: { kind: 'push' },
      release: { revision: { position: { gt: position } } },
    },
    select: { release: { select: { number: true } } },
  })
  return newer === null ? undefined : overtaken(newer.release.number)
}
