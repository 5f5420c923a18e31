import type { Answers } from '../api/trpc.ts'

/** The bill of one month, as the api gives it. */
export type BillShown = Answers['bill']['get']
