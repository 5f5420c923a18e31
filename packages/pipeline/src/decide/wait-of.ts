import type { Execution, Stage } from './execution.ts'
import { checksOf } from './places.ts'

/** What an execution waits for, in the four questions that its page answers. Times are ISO. */
export type Waiting = { waitsFor: string; since: string; until: string; mayAct: string }

/** Null while it works, or when it has ended. */
export function waitOf(execution: Execution): Waiting | null {
  if (execution.end !== null) return null
  for (const stage of execution.stages) {
    const waiting = waitAt(stage)
    if (waiting !== undefined) return waiting
  }
  return null
}

function waitAt(stage: Stage): Waiting | undefined {
  const { name, lane } = stage
  switch (lane.is) {
    case 'holding':
      return {
        waitsFor: 'Somebody to press Deploy',
        since: lane.since,
        until: lane.until,
        mayAct: 'Every member of the organisation',
      }
    case 'waiting':
      return (
        checkAsked(stage) ?? {
          waitsFor: `The stage ${name}, which another execution holds`,
          since: lane.since,
          until: lane.until,
          mayAct: 'Every member may cancel what holds it',
        }
      )
    case 'entered':
      return checkAsked(stage)
    case 'ahead':
    case 'left':
    case 'never':
      return undefined
  }
}

function checkAsked(stage: Stage): Waiting | undefined {
  for (const [, { words, mayAct, progress }] of checksOf(stage)) {
    if (progress.is === 'asked')
      return { waitsFor: words, since: progress.since, until: progress.until, mayAct }
  }
  return undefined
}
