import type { Execution } from './execution.ts'

/** What an execution waits for, in the four questions that its page answers. Times are ISO. */
export type Waiting = { waitsFor: string; since: string; until: string; mayAct: string }

/** Null while it works, or when it has ended. */
export function waitOf(execution: Execution): Waiting | null {
  if (execution.end !== null) return null
  for (const { name, lane } of execution.stages) {
    if (lane.is === 'holding') {
      return {
        waitsFor: 'Somebody to press Deploy',
        since: lane.since,
        until: lane.until,
        mayAct: 'Every member of the organisation',
      }
    }
    if (lane.is === 'waiting') {
      return {
        waitsFor: `The stage ${name}, which another execution holds`,
        since: lane.since,
        until: lane.until,
        mayAct: 'Every member may cancel what holds it',
      }
    }
  }
  return null
}
