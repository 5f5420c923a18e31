import { type Clock, makeLog } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type Handler, runJob } from '@slipway/jobs'

/**
 * Runs every job that is due and has a handler here, one after another, until none is: what the worker does,
 * in the test's own thread and by its clock. Returns the names of what ran.
 */
export async function runDueJobs(
  db: Database,
  clock: Clock,
  handlers: readonly Handler[],
): Promise<string[]> {
  const byName = new Map(handlers.map((handler) => [handler.job.name, handler]))
  const stopping = new AbortController().signal
  const ran: string[] = []
  for (let round = 0; round < 500; round++) {
    const next = await db.inSystem('relay the outbox', (tx) =>
      tx.outbox.findFirst({
        where: {
          doneAt: null,
          failedAt: null,
          dueAt: { lte: clock.now() },
          name: { in: [...byName.keys()] },
        },
        orderBy: { id: 'asc' },
        select: { id: true, name: true },
      }),
    )
    if (next === null) return ran
    ran.push(next.name)
    await runJob({ db, clock, log: makeLog('test', 'silent'), handlers: byName, stopping }, next.id)
  }
  throw new Error('jobs went on for ever')
}

/** The one job that only moves executions on, for tests above that run no builds and deployments. */
export { advanceExecutionHandler } from './advance-execution.ts'
