import type { Answers } from '../api/trpc.ts'

/** One line of the list of apps, as the api gives it. */
export type AppListed = Answers['apps']['list'][number]
