import type { Clock, Log } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type Handler, runJob } from '@slipway/jobs'

/** For tests: runs the jobs that are due by this clock, one after another, until none is left. */
export async function runDueJobs(
  handlers: readonly Handler[],
  context: { db: Database; clock: Clock; log: Log },
): Promise<void> {
  const byName = new Map(handlers.map((handler) => [handler.job.name, handler]))
  for (;;) {
    const due = await context.db.inSystem('relay the outbox', (tx) =>
      tx.outbox.findFirst({
        where: { doneAt: null, failedAt: null, dueAt: { lte: context.clock.now() } },
        orderBy: { id: 'asc' },
        select: { id: true },
      }),
    )
    if (!due) return
    await runJob({ ...context, handlers: byName, stopping: new AbortController().signal }, due.id)
  }
}
