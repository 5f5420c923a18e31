/**
 * The machinery of jobs, and the only import of bullmq. In: rows of the outbox, written in the transaction that
 * causes them. Always true: a row whose transaction committed runs at least once, also when every process and all
 * of Redis are lost between; a row is worked on by one consumer at a time; organisations take turns. Timers are
 * rows with a due time. What the jobs do is left to the packages that define them.
 */
export {
  cancelJobs,
  defineJob,
  type EnqueueOptions,
  enqueue,
  enqueueAll,
  enqueueNamed,
  type JobAsked,
  type JobType,
  jobOf,
} from './define-job.ts'
export { type Handler, handle, type JobContext, Transient } from './handler.ts'
export { runJob } from './run-job.ts'
export { startWorker, type WorkerOptions } from './start-worker.ts'
