import { type Cloud, explainRefusal, getSnapshot } from '@slipway/cloud'
import {
  asId,
  type DiskRestoreId,
  isId,
  type OrganisationId,
  UserError,
  type UserErrorFields,
} from '@slipway/core'
import { announce, type Prisma } from '@slipway/db'
import { defineJob, enqueue, type Handler, handle, type JobContext } from '@slipway/jobs'
import { z } from 'zod'
import { getAppById, getEnvironmentById } from '../find-app.ts'
import {
  back,
  forward,
  holdEnvironment,
  letEnvironmentGo,
  type RestoreContext,
  type RestoreResult,
  type RestoreStep,
  wayBackFrom,
} from './restore-steps.ts'

/** One look at a restore; it comes again until the restore is over. */
export const restoreDiskJob = defineJob({
  name: 'environments.restore-disk',
  payload: z.object({
    restoreId: z.custom<DiskRestoreId>((value) => typeof value === 'string' && isId('diskRestore', value)),
  }),
  attempts: 20,
  spacingSeconds: 10,
  timeoutSeconds: 90,
})

type Context = JobContext & { organisationId: OrganisationId }
type Row = Prisma.DiskRestoreGetPayload<object>

const memorySchema = z.record(z.string(), z.string())
const errorSchema: z.ZodType<UserErrorFields> = z.looseObject({ code: z.string(), what: z.string() })

export function restoreDiskHandler(cloud: Cloud): Handler {
  return handle(
    restoreDiskJob,
    ({ restoreId }, context) => lookAtRestore(cloud, restoreId, inOrganisation(context)),
    {
      exhausted: async ({ restoreId }, error, context) => {
        const at = inOrganisation(context)
        const row = await rowOf(restoreId, at)
        if (row === null || row.step === over) return
        await failed(row, broken(error), await contextOf(cloud, row, at), at)
      },
    },
  )
}

/** The step of a restore that has nothing more to do. */
export const over = 'over'

/** Runs the steps from the one that its row names, until one waits. Safe at any time and any number of times. */
async function lookAtRestore(cloud: Cloud, id: DiskRestoreId, at: Context): Promise<void> {
  const { db, clock, organisationId } = at
  for (;;) {
    const row = await rowOf(id, at)
    if (row === null || row.step === over) return
    const step = stepOf(row)
    const context = await contextOf(cloud, row, at)
    // While it works on the environment nobody else does, and a deployment waits.
    if (row.state === 'running' && row.step !== 'hold') {
      const isHeld = await db.inOrganisation(organisationId, (tx) => holdEnvironment(tx, context))
      if (!isHeld) return comeAgain(id, new Date(clock.now().getTime() + 2000), at)
    }
    const isLate = clock.now().getTime() - row.steppedAt.getTime() > step.limitSeconds * 1000
    const result = isLate ? late(step, row, context) : await attempt(step, context)
    switch (result.state) {
      case 'done':
        await goOn(row, step, result.memory, context, at)
        continue
      case 'failed':
        await failed(row, result.error, context, at)
        continue
      case 'wait':
        await change(row, { waitsFor: result.on, ...(result.memory && { memory: result.memory }) }, at)
        return comeAgain(id, result.until, at)
    }
  }
}

async function attempt(step: RestoreStep, context: RestoreContext): Promise<RestoreResult> {
  try {
    return await step.run(context)
  } catch (error) {
    if (error instanceof UserError) return { state: 'failed', error: error.toJSON() }
    const refusal = explainRefusal(error)
    if (refusal === undefined) throw error
    return { state: 'failed', error: refusal }
  }
}

/** The next step of its way; once the services are healthy again it is over for people, and the environment is free. */
async function goOn(
  row: Row,
  step: RestoreStep,
  memory: Record<string, string> | undefined,
  context: RestoreContext,
  at: Context,
): Promise<void> {
  const steps = row.way === 'back' ? back : forward
  const next = steps[steps.findIndex(({ name }) => name === step.name) + 1]
  const now = at.clock.now()
  const isLast = next === undefined || next.name === 'clear'
  const end = isLast && row.state === 'running' ? { state: endOf(row), endedAt: now } : {}
  const moved = {
    step: next?.name ?? over,
    steppedAt: now,
    waitsFor: null,
    ...end,
    ...(memory && { memory }),
  }
  await change(row, moved, at, isLast ? context : undefined)
}

const endOf = ({ way }: Row) => (way === 'back' ? 'undone' : 'restored')

/** Back to the disk before, from where it stands; on the way back, and before anything was touched, it is over. */
async function failed(row: Row, error: UserErrorFields, context: RestoreContext, at: Context): Promise<void> {
  const now = at.clock.now()
  const from = row.way === 'forward' ? wayBackFrom(row.step) : undefined
  const known = { waitsFor: null, steppedAt: now, error: { ...error } }
  if (from !== undefined) return change(row, { ...known, way: 'back', step: from }, at)
  // What is left to clear away costs, and breaks nothing.
  const end = row.state === 'running' ? { state: 'failed', endedAt: now } : {}
  await change(row, { ...known, ...end, step: over }, at, context)
}

/** Only where nobody moved it meanwhile. `free` gives the environment back. */
async function change(
  { id, step, way, environmentId }: Row,
  data: Prisma.DiskRestoreUpdateManyMutationInput,
  { db, organisationId }: Context,
  free?: RestoreContext,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    await tx.diskRestore.updateMany({ where: { id, step, way }, data })
    if (free !== undefined) await letEnvironmentGo(tx, free)
    await announce(tx, organisationId, `environment:${environmentId}`)
  })
}

async function comeAgain(
  restoreId: DiskRestoreId,
  dueAt: Date,
  { db, organisationId }: Context,
): Promise<void> {
  const key = `${restoreId} ${dueAt.toISOString()}`
  await db.inOrganisation(organisationId, (tx) =>
    enqueue(tx, restoreDiskJob, { restoreId }, { organisationId, key, dueAt }),
  )
}

function rowOf(id: DiskRestoreId, { db, organisationId }: Context): Promise<Row | null> {
  return db.inOrganisation(organisationId, (tx) => tx.diskRestore.findUnique({ where: { id } }))
}

function stepOf({ step, way }: Row): RestoreStep {
  const found = (way === 'back' ? back : forward).find(({ name }) => name === step)
  if (found === undefined) throw new Error(`a restore has no step ${step}`)
  return found
}

async function contextOf(
  cloud: Cloud,
  row: Row,
  { db, clock, log, organisationId }: Context,
): Promise<RestoreContext> {
  const restoreId = asId('diskRestore', row.id)
  const environmentId = asId('environment', row.environmentId)
  const { environment, app, snapshot } = await db.inOrganisation(organisationId, async (tx) => {
    const environment = await getEnvironmentById(tx, environmentId)
    const { environmentId: from } = await tx.diskSnapshot.findUniqueOrThrow({ where: { id: row.snapshotId } })
    const of = asId('environment', from)
    return {
      environment,
      app: await getAppById(tx, environment.appId),
      snapshot: await getSnapshot(tx, of, asId('diskSnapshot', row.snapshotId)).catch(() => undefined),
    }
  })
  return {
    db,
    cloud,
    clock,
    log,
    organisationId,
    cloudAccountId: environment.cloudAccountId,
    region: environment.region,
    wake: { name: restoreDiskJob.name, payload: { restoreId } },
    memory: memorySchema.parse(row.memory),
    say: async (line) => log.info({ restore: restoreId }, line),
    restoreId,
    environmentId,
    title: `${app.name} ${environment.name}`,
    disk: row.disk,
    awsSnapshotId: snapshot?.awsId ?? '',
    by: asId('user', row.askedBy),
    error: row.error === null ? undefined : errorSchema.parse(row.error),
  }
}

function inOrganisation(context: JobContext): Context {
  if (context.organisationId === undefined) throw new Error('a disk belongs to an organisation')
  return { ...context, organisationId: context.organisationId }
}

function late({ title }: RestoreStep, row: Row, { disk }: RestoreContext): RestoreResult {
  const waited = row.waitsFor === null ? [] : [`It waited for ${row.waitsFor}.`]
  return {
    state: 'failed',
    error: {
      code: 'restore-late',
      kind: 'failed',
      what: `The restore of ${disk} did not get past “${title}” in time.`,
      why: 'What runs with the disk of the snapshot may not be able to read it, or AWS took too long.',
      todo: 'The disk that was there before is put back. Look at the logs of those minutes, or choose another snapshot.',
      details: waited,
    },
  }
}

function broken(error: unknown): UserErrorFields {
  return {
    code: 'restore-broken',
    kind: 'failed',
    what: 'Slipway could not carry out a step of the restore, though it tried again and again.',
    why: 'This is a fault of Slipway or of a service it needs.',
    todo: 'Look at the page of the environment: it says which disk is attached. Tell us when it was.',
    details: [error instanceof Error ? error.message : String(error)],
  }
}
