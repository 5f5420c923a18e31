import type { CommitCell } from './commit-cell.ts'
import type { Execution } from './execution.ts'
import { statusOf } from './status.ts'
import { type Waiting, waitOf } from './wait-of.ts'

/**
 * Why a commit is no further than it is. everywhere: nothing is further. moving: it is on its way. waits: somebody or
 * something has to open. rides: what becomes of it is said of a newer commit. gone: it went no further, or was taken
 * back, for the reason that `words` say.
 */
export type WhyNotFurther =
  | { is: 'everywhere' }
  | { is: 'moving' | 'going-back' | 'bad' | 'failed' | 'gone'; words: string }
  | { is: 'waits'; waits: Waiting }
  | { is: 'rides'; with: string }

export type CommitFacts = {
  /** Of the push that carries it; undefined until its first event was folded in. */
  execution: Execution | undefined
  /** The newer commit whose push carries it; null where it is its own. */
  ridesWith: string | null
  /** Why it is marked bad, in a sentence; null where it is not. */
  bad: string | null
  /** What went wrong with that push. */
  failed: string | null
  /** Its cell in each environment of the pipeline, by the environment's name. */
  cells: ReadonlyMap<string, CommitCell | null>
}

export function whyNotFurther(facts: CommitFacts): WhyNotFurther {
  const { execution, ridesWith, bad, failed, cells } = facts
  const isUnderWay = execution !== undefined && execution.end === null
  if (isUnderWay && execution.failing !== null && ridesWith === null)
    return { is: 'going-back', words: `Goes back: ${execution.failing.what}` }
  if (bad !== null) return { is: 'bad', words: `Bad: ${bad}` }
  const all = [...cells.values()]
  if (all.length > 0 && all.every((cell) => cell?.is === 'here' || cell?.is === 'was'))
    return ridesWith === null ? { is: 'everywhere' } : { is: 'rides', with: ridesWith }
  if (ridesWith !== null) return { is: 'rides', with: ridesWith }
  if (execution === undefined) return { is: 'moving', words: 'It is being taken up' }
  if (isUnderWay) return onItsWay(execution)
  // A newer commit holds this change too, and has brought it where its own push did not.
  const carriedBy = all.findLast((cell) => cell?.is === 'was' && cell.with !== null)?.with
  const carried =
    carriedBy === undefined || carriedBy === null ? '' : ` Came on with ${carriedBy.slice(0, 7)}.`
  if (execution.end?.how === 'failed')
    return { is: 'failed', words: `${failed ?? 'Its execution failed.'}${carried}` }
  const back = [...cells].flatMap(([name, cell]) => (cell?.is === 'back' ? [name] : []))
  if (back.length > 0) return { is: 'gone', words: `Taken back in ${back.join(', ')}` }
  if (carried !== '') return { is: 'gone', words: carried.trim() }
  switch (execution.end?.how) {
    case 'cancelled':
      return { is: 'gone', words: 'Its execution was cancelled' }
    case 'superseded':
      return { is: 'gone', words: 'A newer push took its place' }
    default:
      return { is: 'gone', words: 'Its own pipeline went no further' }
  }
}

function onItsWay(execution: Execution): WhyNotFurther {
  const status = statusOf(execution)
  if (status === 'building') return { is: 'moving', words: 'It is being built' }
  if (status === 'cancelling') return { is: 'moving', words: 'It is being cancelled' }
  const waits = waitOf(execution)
  if (waits !== null) return { is: 'waits', waits }
  const stage = execution.stages.find(({ lane }) => lane.is === 'entered')
  return { is: 'moving', words: stage ? `It is being deployed to ${stage.name}` : 'It moves on' }
}
