import { type Clock, type OrganisationId, UserError, type UserId } from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { enqueue } from '@slipway/jobs'
import { audit } from '@slipway/organisations'
import { advanceExecution } from './advance-execution-job.ts'
import { givenReason } from './given-reason.ts'
import { lockPipeline } from './pipeline-rows.ts'

type Asked = { app: string; stage: string; reason: string; by: UserId }

/**
 * Holds a stage: what is inside goes on, nothing but a rollback enters until somebody releases it. Holding what is
 * held leaves it as it is, with whoever held it first. Throws not-found, `stage-unknown`, or `reason-missing`.
 */
export async function holdStage(
  db: Database,
  organisationId: OrganisationId,
  { app: name, stage, reason, by }: Asked,
  clock: Clock,
): Promise<void> {
  const words = givenReason(reason)
  await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, name)
    await lockPipeline(tx, app.id)
    const stages = await tx.environment.findMany({
      where: { appId: app.id, deletedAt: null },
      distinct: ['stage'],
      orderBy: { createdAt: 'asc' },
      select: { stage: true },
    })
    const names = stages.map((row) => row.stage)
    if (!names.includes(stage)) throw unknownStage(stage, names)
    const at = clock.now()
    const hold = { organisationId, appId: app.id, stage }
    const { count } = await tx.pipelineStageHold.createMany({
      data: { ...hold, heldSince: at, heldBy: by, reason: words },
      skipDuplicates: true,
    })
    if (count === 0) return
    const detail = { app: app.name, stage, reason: words }
    await audit(tx, organisationId, { actor: by, action: 'pipeline.hold', subject: app.id, at, detail })
    await announce(tx, organisationId, `app:${app.id}`)
  })
}

/** Lets the stage go; whoever is next enters. Twice is safe. Throws not-found or `reason-missing`. */
export async function releaseStage(
  db: Database,
  organisationId: OrganisationId,
  { app: name, stage, reason, by }: Asked,
  clock: Clock,
): Promise<void> {
  const words = givenReason(reason)
  await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, name)
    await lockPipeline(tx, app.id)
    const { count } = await tx.pipelineStageHold.deleteMany({ where: { appId: app.id, stage } })
    if (count === 0) return
    const at = clock.now()
    const detail = { app: app.name, stage, reason: words }
    await audit(tx, organisationId, { actor: by, action: 'pipeline.release', subject: app.id, at, detail })
    await enqueue(tx, advanceExecution, { appId: app.id, isReleased: true }, { organisationId })
    await announce(tx, organisationId, `app:${app.id}`)
  })
}

function unknownStage(stage: string, names: string[]): UserError {
  return new UserError({
    code: 'stage-unknown',
    kind: 'not-found',
    what: `This app has no stage “${stage.slice(0, 40)}”.`,
    why: `Its stages are: ${names.join(', ')}.`,
    todo: 'Name one of these.',
  })
}
