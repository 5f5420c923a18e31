import {
  asId,
  type Clock,
  type ExecutionId,
  notFound,
  type OrganisationId,
  UserError,
  type UserId,
} from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { findApp, findEnvironment } from '@slipway/environments'
import { audit } from '@slipway/organisations'
import { z } from 'zod'
import { whyNotRollBack } from './decide/may-roll-back.ts'
import { type Status, statuses } from './decide/status.ts'
import { lockPipeline } from './pipeline-rows.ts'
import { recordEvent } from './record-event.ts'
import { stageFor, startExecution } from './start-execution.ts'

const statusSchema = z.enum(statuses)
const ended: ReadonlySet<Status> = new Set(['succeeded', 'failed', 'cancelled', 'superseded'])

/**
 * The Deploy button: lets an execution in that holds for a person, also when it is still being built. Pressed
 * twice it counts once. Throws not-found, or `execution-has-ended`.
 */
export async function deployExecution(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; number: number; by: UserId },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const { id, status } = await findExecution(tx, organisationId, asked.app, asked.number)
    if (ended.has(status)) throw hasEnded(asked.number, status)
    const at = clock.now()
    await recordEvent(
      tx,
      id,
      { type: 'deploy-requested', at: at.toISOString(), by: asked.by },
      'deploy-requested',
    )
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'executions.deploy',
      subject: id,
      at,
      detail: { app: asked.app, number: asked.number },
    })
  })
}

/**
 * Cancels an execution from whatever state it is in. What is healthy stays, what is under way comes to rest.
 * One that has ended stays as it ended, and nothing is thrown: the button may be late.
 */
export async function cancelExecution(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; number: number; by: UserId },
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const { id, status } = await findExecution(tx, organisationId, asked.app, asked.number)
    if (ended.has(status)) return
    const at = clock.now()
    await recordEvent(
      tx,
      id,
      { type: 'cancel-requested', at: at.toISOString(), by: asked.by },
      'cancel-requested',
    )
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'executions.cancel',
      subject: id,
      at,
      detail: { app: asked.app, number: asked.number },
    })
  })
}

/**
 * Brings an earlier release back, without a build, with the configuration that it had. Throws not-found, or
 * `roll-back-not-possible` with its reason. Nothing of billing, quotas or windows is asked.
 */
export async function rollBack(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string; release: number; reason: string | null; by: UserId },
  clock: Clock,
): Promise<{ id: ExecutionId; number: number }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    await lockPipeline(tx, app.id)
    const release = await tx.release.findFirst({
      where: { organisationId, environmentId: environment.id, number: asked.release },
      include: {
        revision: { select: { badSince: true } },
        deployments: { where: { status: 'healthy' }, select: { id: true }, take: 1 },
      },
    })
    if (release === null) throw notFound('release')
    const why = whyNotRollBack({
      isLive: environment.liveReleaseId === release.id,
      wasHealthy: release.deployments.length > 0,
      isBad: release.revision.badSince !== null,
    })
    if (why !== undefined) throw notPossible(asked.release, why)
    const at = clock.now()
    const execution = await startExecution(
      tx,
      {
        organisationId,
        appId: app.id,
        revisionId: asId('revision', release.revisionId),
        by: asked.by,
        reason: asked.reason,
        event: {
          type: 'received',
          at: at.toISOString(),
          kind: 'rollback',
          order: 0,
          deploysByItself: true,
          releaseId: asId('release', release.id),
          stages: [stageFor(environment)],
          error: null,
        },
      },
      clock,
    )
    await audit(tx, organisationId, {
      actor: asked.by,
      action: 'environments.roll-back',
      subject: environment.id,
      at,
      detail: { app: app.name, release: asked.release, reason: asked.reason },
    })
    return execution
  })
}

/** An app's execution by number. Throws not-found. */
async function findExecution(
  tx: Tx,
  organisationId: OrganisationId,
  appName: string,
  number: number,
): Promise<{ id: ExecutionId; status: Status }> {
  const app = await findApp(tx, organisationId, appName)
  const row = await tx.execution.findUnique({
    where: { appId_number: { appId: app.id, number } },
    select: { id: true, status: true },
  })
  if (row === null) throw notFound('execution')
  return { id: asId('execution', row.id), status: statusSchema.parse(row.status) }
}

function hasEnded(number: number, status: Status): UserError {
  return new UserError({
    code: 'execution-has-ended',
    kind: 'conflict',
    what: `Execution ${number} has ended (${status}) and cannot be deployed.`,
    why: status === 'superseded' ? 'A newer push took its commits along.' : undefined,
    todo: 'Deploy the newest push, or bring its release back from the environment page.',
  })
}

function notPossible(release: number, why: string): UserError {
  return new UserError({
    code: 'roll-back-not-possible',
    kind: 'conflict',
    what: `Release ${release} cannot be brought back.`,
    why,
    todo: 'Choose another release of the list.',
  })
}
