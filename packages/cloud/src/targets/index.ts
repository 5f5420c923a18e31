import { server } from './server/index.ts'

/** The compute targets, one folder and one line each. */
export const targets = { server } as const
