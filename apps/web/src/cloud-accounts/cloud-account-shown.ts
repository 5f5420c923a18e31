import type { Answers } from '../api/trpc.ts'

/** One connection with all that its page shows, as the api gives it. */
export type CloudAccountShown = Answers['cloudAccounts']['get']
