import type { Answers } from '../api/trpc.ts'

/** All that the page of an execution shows, as the api gives it. */
export type ExecutionShown = Answers['executions']['get']
