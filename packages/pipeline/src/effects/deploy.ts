import type { Clock, Log, UserErrorFields } from '@slipway/core'
import { type Database, releaseLease, type Tx, takeLease } from '@slipway/db'
import type { Sealing } from '@slipway/environments'
import { type Handler, handle, type JobContext, type JobType } from '@slipway/jobs'
import type { ExecutionEvent } from '../decide/event.ts'
import { endDeployment, hasBegun, isUnsaid } from '../deployment-end.ts'
import { deploymentIdOf } from '../deployment-id.ts'
import {
  environmentLease,
  leaseSeconds,
  type OpenDeployment,
  openDeployment,
  type TargetOf,
} from '../deployment-rows.ts'
import { exclusively } from '../exclusively.ts'
import type { Outside } from '../gates/outside.ts'
import { isStale, type LookAt, lookAgainAt, putOff, type Wake } from '../look.ts'
import { recordEvent } from '../record-event.ts'
import type { StepsOutcome } from '../run-steps.ts'
import { tenantOf } from '../tenant-of.ts'
import { wasLetIn } from '../was-bad.ts'
import { broken } from './broken.ts'
import { deployJob, restoreJob } from './jobs.ts'
import { stopWatching, watchDeployment } from './watch-deployment.ts'

export type DeploySettings = {
  sealing: Sealing
  /** Runs the steps of the environment's target as far as they go. */
  runTarget(
    deployment: OpenDeployment,
    wake: Wake,
    context: { db: Database; clock: Clock; log: Log },
  ): Promise<StepsOutcome>
}

type Kind = {
  job: typeof deployJob
  succeeded(at: string, of: TargetOf): ExecutionEvent
  failed(at: string, of: TargetOf, failure: Failure): ExecutionEvent
}

type Failure = {
  error: UserErrorFields
  undone: 'undone' | 'untouched' | 'unknown'
  isAppsFault: boolean
}

const deploy: Kind = {
  job: deployJob,
  succeeded: (at, { path, attempt }) => ({ type: 'target-healthy', at, path, attempt }),
  failed: (at, { path, attempt }, failure) => ({ type: 'target-failed', at, path, attempt, ...failure }),
}

const restore: Kind = {
  job: restoreJob,
  succeeded: (at, { path, attempt }) => ({ type: 'target-restored', at, path, attempt }),
  failed: (at, { path, attempt }, { error }) => ({ type: 'target-restore-failed', at, path, attempt, error }),
}

export function deployHandlers(settings: DeploySettings, outside: Outside): Handler[] {
  return [deploy, restore].map((kind) =>
    handle(
      kind.job,
      async (payload, context) => {
        const of = { ...payload, organisationId: tenantOf(context) }
        if (await isStale(context.db, stepsOf(of), payload.timer)) return
        const name = `steps:${of.environmentId}`
        const look = await exclusively(context.db, of.organisationId, name, () =>
          runDeployment(kind, of, context, settings, outside),
        )
        if (look !== undefined) return
        await putOff(context.db, stepsOf(of), wakeOf(kind.job, of), context.clock.now())
      },
      {
        exhausted: async (payload, error, context) => {
          const of = { ...payload, organisationId: tenantOf(context) }
          await close(
            context.db,
            of,
            kind.failed(context.clock.now().toISOString(), of, {
              error: broken(error, 'this deployment', 'Deploy'),
              undone: 'unknown',
              isAppsFault: false,
            }),
            context.clock,
          )
        },
      },
    ),
  )
}

/**
 * One look at a deployment: opens it, runs its steps as far as they go, and parks it until something happens or
 * answers how it ended. Safe at any time and any number of times.
 */
async function runDeployment(
  kind: Kind,
  of: TargetOf,
  context: JobContext,
  settings: DeploySettings,
  outside: Outside,
): Promise<void> {
  const { db, clock, log } = context
  const { organisationId } = of
  const wake = wakeOf(kind.job, of)
  const opening = await db.inOrganisation(organisationId, (tx) =>
    openDeployment(tx, of, { clock, sealing: settings.sealing }),
  )
  const at = () => clock.now().toISOString()
  switch (opening.is) {
    case 'over':
      return
    case 'never-begun':
      return close(db, of, stoppedUntouched(at(), of), clock)
    case 'busy':
      return putOff(db, stepsOf(of), wake, clock.now(), 1000)
    case 'nothing-to-do':
      return close(db, of, kind.succeeded(at(), of), clock)
    case 'failed':
      return close(db, of, kind.failed(at(), of, untouched(opening.error.toJSON())), clock)
    case 'open':
      break
  }

  const { deployment } = opening
  const wasTold = () => db.inOrganisation(organisationId, (tx) => hasBegun(tx, deployment.id))
  if (deployment.isStopping && !(await wasTold())) {
    return close(db, of, stoppedUntouched(at(), of), clock)
  }
  const outcome = await settings.runTarget(deployment, wake, { db, clock, log })
  switch (outcome.state) {
    case 'waiting': {
      const { red } = outcome
      if (red === undefined) await watchDeployment(deployment, wake, context, outside)
      else if (red.code !== 'command-cancelled')
        await db.inOrganisation(organisationId, (tx) => sayRed(tx, of, red, at()))
      return comeAgain(db, of, wake, outcome.until)
    }
    case 'done':
      return close(db, of, kind.succeeded(at(), of), clock, deployment)
    case 'failed': {
      if (outcome.error.code === 'command-cancelled') {
        const { path, attempt } = of
        const { stoppedBy } = deployment
        return close(
          db,
          of,
          stoppedBy === null
            ? { type: 'target-stopped', at: at(), path, attempt, undone: 'undone' }
            : kind.failed(at(), of, { error: stoppedBy, undone: 'undone', isAppsFault: false }),
          clock,
        )
      }
      return close(db, of, kind.failed(at(), of, failureOf(outcome.error, await wasTold())), clock)
    }
  }
}

/** The wave goes back from now on; how it ended here is said by the host's answer. Once, however often it is seen. */
async function sayRed(
  tx: Tx,
  { executionId, path, attempt }: TargetOf,
  error: UserErrorFields,
  at: string,
): Promise<void> {
  await recordEvent(
    tx,
    executionId,
    { type: 'target-red', at, path, attempt, error, isAppsFault: isAppsFault(error) },
    `${path}/${attempt}/red`,
  )
}

/** Stopped before its host was told anything. */
function stoppedUntouched(at: string, { path, attempt }: TargetOf): ExecutionEvent {
  return { type: 'target-stopped', at, path, attempt, undone: 'untouched' }
}

/** What failed on the host was undone there, unless it did not say; what failed before reached nothing that runs. */
function failureOf(error: UserErrorFields, wasTouched: boolean): Failure {
  if (!wasTouched) return untouched(error)
  const undone = isUnsaid(error) ? 'unknown' : 'undone'
  return { error, undone, isAppsFault: isAppsFault(error) }
}

function untouched(error: UserErrorFields): Failure {
  return { error, undone: 'untouched', isAppsFault: false }
}

/** The agent names what the app itself did wrong `app-…`: it exited, listened nowhere, never became healthy. */
function isAppsFault(error: UserErrorFields): boolean {
  return error.code.startsWith('app-')
}

/** Parks the deployment until then, with its lease held for longer. */
async function comeAgain(db: Database, of: TargetOf, wake: Wake, until: Date): Promise<void> {
  const { organisationId, executionId, path, attempt, environmentId } = of
  await db.inOrganisation(organisationId, async (tx) => {
    const id = deploymentIdOf(executionId, path, attempt)
    const known = await tx.deployment.findUnique({ where: { id }, select: { status: true } })
    if (known?.status !== 'running') return
    await takeLease(tx, organisationId, environmentLease(environmentId), id, leaseSeconds)
  })
  await lookAgainAt(db, stepsOf(of), wake, until)
}

function stepsOf({ organisationId, executionId, path, attempt, timer }: TargetOf): LookAt {
  return { organisationId, executionId, path: `${path}/${attempt}`, timer }
}

function wakeOf(job: JobType, { executionId, path, attempt, environmentId }: TargetOf): Wake {
  return { name: job.name, payload: { executionId, path, attempt, environmentId } }
}

/**
 * The end of a deployment and the event that says so, in one transaction: its row, what is live, its services,
 * and the lease. Only the first end counts.
 */
async function close(
  db: Database,
  of: TargetOf,
  event: ExecutionEvent,
  clock: Clock,
  deployment?: OpenDeployment,
): Promise<void> {
  const { organisationId, executionId, path, attempt, environmentId } = of
  const id = deploymentIdOf(executionId, path, attempt)
  await db.inOrganisation(organisationId, async (tx) => {
    const isNew = await recordEvent(tx, executionId, event, `${path}/${attempt}/answer`)
    if (!isNew) return
    const error = ('error' in event ? event.error : null) ?? undefined
    const live = deployment?.release
    await endDeployment(tx, { ...of, id }, { status: statusAfter(event), error, live }, clock)
    // Well after all, and only a person can have let it in: any other success leaves a bad revision bad.
    if (live !== undefined && (await wasLetIn(tx, executionId))) {
      const { appId, sha } = await tx.revision.findUniqueOrThrow({ where: { id: live.revisionId } })
      await tx.revision.updateMany({
        where: { appId, sha, badSince: { not: null } },
        data: { badSince: null },
      })
    }
    await stopWatching(tx, of, wakeOf(deployJob, of), clock)
    await releaseLease(tx, organisationId, environmentLease(environmentId), id)
  })
}

function statusAfter(event: ExecutionEvent): 'healthy' | 'cancelled' | 'failed' {
  switch (event.type) {
    case 'target-healthy':
    case 'target-restored':
      return 'healthy'
    case 'target-stopped':
      return 'cancelled'
    default:
      return 'failed'
  }
}
