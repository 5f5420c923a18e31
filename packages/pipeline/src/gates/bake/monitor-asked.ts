import type { CheckAsked } from '../../decide/execution.ts'

/** A monitor as it lies in the row of a gate. */
export type MonitorAsked = { kind: string; words: string; ask: CheckAsked['ask'] }
