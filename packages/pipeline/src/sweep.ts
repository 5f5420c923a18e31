import { asId, type Clock } from '@slipway/core'
import type { Database } from '@slipway/db'
import { defineJob, enqueue, type Handler, handle } from '@slipway/jobs'
import { z } from 'zod'
import { advanceExecution } from './advance-execution-job.ts'
import { appIdSchema, executionSchema } from './decide/execution.ts'
import { pathOf } from './decide/places.ts'
import { buildJob, deployJob, restoreJob } from './effects/jobs.ts'

const everySeconds = 60

const sweepJob = defineJob({
  name: 'pipeline.sweep',
  payload: z.object({}),
  attempts: 3,
  spacingSeconds: 5,
  timeoutSeconds: 60,
})

/**
 * Begins the sweep, which then comes again each minute by itself; a second call while it goes on adds nothing.
 * For the worker, at its start.
 */
export async function beginPipelineSweep(db: Database, clock: Clock): Promise<void> {
  await db.inSystem('sweep', (tx) => nextSweep(tx, clock.now()))
}

export function sweepHandler(): Handler {
  return handle(sweepJob, async (_payload, { db, clock }) => {
    await sweepPipelines(db)
    const dueAt = new Date(clock.now().getTime() + everySeconds * 1000)
    await db.inSystem('sweep', (tx) => nextSweep(tx, dueAt))
  })
}

/** One row for each minute, so that the row that runs now does not keep the next from being written. */
async function nextSweep(tx: Parameters<typeof enqueue>[0], dueAt: Date): Promise<void> {
  const minute = Math.floor(dueAt.getTime() / (everySeconds * 1000))
  await enqueue(tx, sweepJob, {}, { organisationId: undefined, key: `minute ${minute}`, dueAt })
}

/**
 * Finds what a job that was set aside left behind: events that nobody folded in, builds and deployments that
 * nobody will look at again. Each gets a new look. What is as it should be is not touched.
 */
export async function sweepPipelines(db: Database): Promise<number> {
  return db.inSystem('sweep', async (tx) => {
    const open = await tx.execution.findMany({
      where: { OR: [{ endedAt: null }, { events: { some: { consumedAt: null } } }] },
      include: { events: { where: { consumedAt: null }, take: 1 } },
    })
    const waiting = await tx.outbox.findMany({
      where: { doneAt: null, failedAt: null, name: { startsWith: 'pipeline.' } },
      select: { name: true, payload: true },
    })
    const isExpected = (name: string, part: string) =>
      waiting.some((job) => job.name === name && JSON.stringify(job.payload).includes(part))
    let count = 0
    for (const row of open) {
      const organisationId = asId('organisation', row.organisationId)
      const executionId = asId('execution', row.id)
      if (row.events.length > 0 && !isExpected(advanceExecution.name, row.appId)) {
        await enqueue(tx, advanceExecution, { appId: appIdSchema.parse(row.appId) }, { organisationId })
        count += 1
      }
      const state = executionSchema.safeParse(row.state).data
      if (state === undefined || state.end !== null) continue
      if (state.build.is === 'running' && !isExpected(buildJob.name, row.id)) {
        await enqueue(tx, buildJob, { executionId, attempt: state.build.attempt }, { organisationId })
        count += 1
      }
      for (const stage of state.stages) {
        for (const [wave, { targets }] of stage.waves.entries()) {
          for (const [position, { progress, environmentId }] of targets.entries()) {
            const job = lookedAtBy[progress.is]
            if (job === undefined || !('attempt' in progress) || isExpected(job.name, row.id)) continue
            const path = pathOf(stage.name, wave, position)
            const payload = { executionId, path, attempt: progress.attempt, environmentId }
            await enqueue(tx, job, payload, { organisationId })
            count += 1
          }
        }
      }
    }
    return count
  })
}

const lookedAtBy: Record<string, typeof deployJob | undefined> = {
  deploying: deployJob,
  stopping: deployJob,
  restoring: restoreJob,
}
