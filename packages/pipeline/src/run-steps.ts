import { explainRefusal, type Memory, type Step } from '@slipway/cloud'
import {
  type Clock,
  type DeploymentId,
  type ExecutionId,
  type OrganisationId,
  UserError,
  type UserErrorFields,
} from '@slipway/core'
import { announce, type Database, type Tx } from '@slipway/db'
import { z } from 'zod'

/** Whose steps they are. `path` is place and attempt: `build/1`, `production/0/0/1`. */
export type StepsOf = {
  organisationId: OrganisationId
  executionId: ExecutionId
  path: string
  deploymentId: DeploymentId | null
}

export type StepsOutcome =
  | { state: 'done'; memory: Memory }
  /**
   * Come again at `until`, or when the job named in the context's `wake` comes. `red` is what went wrong already and is
   * being undone.
   */
  | { state: 'waiting'; until: Date; red?: UserErrorFields }
  | { state: 'failed'; step: string; error: UserErrorFields; memory: Memory }

const memorySchema = z.record(z.string(), z.string())

/**
 * Runs named steps from the first that is not done, until one waits, fails, or all are done. One row a step
 * says how far it is, so that it can be called again at any time: after a crash, a wake or a timer. Steps see
 * what the ones before them remembered. A step that is late fails with its own words. What a step throws that
 * is no UserError is passed on, for the job to try again; what AWS goes on refusing fails in words after a while.
 */
export async function runSteps<C>(
  db: Database,
  of: StepsOf,
  steps: readonly Step<C>[],
  contextFor: (memory: Memory) => C,
  clock: Clock,
): Promise<StepsOutcome> {
  const rows = await prepare(db, of, steps)
  let memory: Memory = {}
  for (const [position, step] of steps.entries()) {
    const row = rows[position]
    if (row === undefined) throw new Error(`the step ${step.name} has no row`)
    const own = memorySchema.parse(row.memory)
    memory = { ...memory, ...own }
    if (row.state === 'done') continue

    const now = clock.now()
    const startedAt = row.startedAt ?? now
    if (row.state === 'pending') await write(db, of, position, { state: 'running', startedAt })
    const context = contextFor(memory)
    const isLate = now.getTime() - startedAt.getTime() > step.limitSeconds * 1000
    const result = isLate
      ? { state: 'failed' as const, error: step.late(context) }
      : await attempt(step, context, now.getTime() - startedAt.getTime())
    switch (result.state) {
      case 'done':
        memory = { ...memory, ...result.memory }
        await write(db, of, position, {
          state: 'done',
          waitsFor: null,
          waitUntil: null,
          memory: result.memory ?? own,
          endedAt: clock.now(),
        })
        continue
      case 'wait':
        await write(db, of, position, {
          state: 'waiting',
          waitsFor: result.on,
          waitUntil: result.until,
          memory: result.memory ?? own,
        })
        return { state: 'waiting', until: result.until, ...(result.red && { red: result.red }) }
      case 'failed':
        await write(db, of, position, {
          state: 'failed',
          waitsFor: null,
          waitUntil: null,
          error: { ...result.error },
          endedAt: clock.now(),
        })
        return { state: 'failed', step: step.name, error: result.error, memory }
    }
  }
  return { state: 'done', memory }
}

/** A role that was just mended is refused for some seconds more: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html */
const refusedMilliseconds = 45_000

async function attempt<C>(step: Step<C>, context: C, sinceMilliseconds: number) {
  try {
    return await step.run(context)
  } catch (error) {
    if (error instanceof UserError) return { state: 'failed' as const, error: error.toJSON() }
    const refusal = sinceMilliseconds > refusedMilliseconds ? explainRefusal(error) : undefined
    if (refusal === undefined) throw error
    return { state: 'failed' as const, error: refusal }
  }
}

type StepRow = { state: string; memory: unknown; startedAt: Date | null }

/** Makes the rows of all steps before the first runs, so that the page shows what is to come. */
async function prepare<C>(db: Database, of: StepsOf, steps: readonly Step<C>[]): Promise<StepRow[]> {
  const { organisationId, executionId, path, deploymentId } = of
  return db.inOrganisation(organisationId, async (tx) => {
    await tx.deploymentStep.createMany({
      data: steps.map((step, position) => ({
        organisationId,
        executionId,
        path,
        deploymentId,
        position,
        name: step.name,
        state: 'pending',
      })),
      skipDuplicates: true,
    })
    return tx.deploymentStep.findMany({
      where: { organisationId, executionId, path },
      orderBy: { position: 'asc' },
    })
  })
}

type StepChange = Parameters<Tx['deploymentStep']['update']>[0]['data']

async function write(db: Database, of: StepsOf, position: number, data: StepChange): Promise<void> {
  const { organisationId, executionId, path } = of
  await db.inOrganisation(organisationId, async (tx) => {
    await tx.deploymentStep.updateMany({ where: { organisationId, executionId, path, position }, data })
    await announce(tx, organisationId, `execution:${executionId}`)
  })
}
