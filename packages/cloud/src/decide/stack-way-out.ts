/**
 * What can be done with a stack in each state that AWS knows. One way out of each, so that no stack is ever
 * stuck between two. A stack that holds something is never deleted to be created again: `clear` belongs to
 * states in which nothing was ever kept.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
export type WayOut =
  /** Look again later. */
  | 'wait'
  /** A change set of type CREATE. */
  | 'create'
  /** A change set of type UPDATE. */
  | 'update'
  /** Delete the record of a stack whose creation was rolled back: it holds nothing. Then create. */
  | 'clear'
  /** RollbackStack: back to the last state that was whole. */
  | 'roll-back'
  /** ContinueUpdateRollback. */
  | 'continue-rollback'
  /** Delete again, keeping what could not be deleted. */
  | 'delete-rest'
  /** A person must look: we never import, so somebody else did. */
  | 'ask'

const waysOut = {
  REVIEW_IN_PROGRESS: 'create',
  CREATE_IN_PROGRESS: 'wait',
  CREATE_COMPLETE: 'update',
  CREATE_FAILED: 'roll-back',
  ROLLBACK_IN_PROGRESS: 'wait',
  ROLLBACK_COMPLETE: 'clear',
  ROLLBACK_FAILED: 'clear',
  UPDATE_IN_PROGRESS: 'wait',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  UPDATE_COMPLETE: 'update',
  UPDATE_FAILED: 'roll-back',
  UPDATE_ROLLBACK_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_COMPLETE: 'update',
  UPDATE_ROLLBACK_FAILED: 'continue-rollback',
  DELETE_IN_PROGRESS: 'wait',
  DELETE_COMPLETE: 'create',
  DELETE_FAILED: 'delete-rest',
  IMPORT_IN_PROGRESS: 'wait',
  IMPORT_COMPLETE: 'update',
  IMPORT_ROLLBACK_IN_PROGRESS: 'wait',
  IMPORT_ROLLBACK_COMPLETE: 'update',
  IMPORT_ROLLBACK_FAILED: 'ask',
} as const satisfies Record<string, WayOut>

/** As CloudFormation names them, all of them: a test compares with its own list. */
export type StackStatus = keyof typeof waysOut

/** A stack that is not there has a way out as well. */
export function wayOut(status: StackStatus | 'ABSENT'): WayOut {
  return status === 'ABSENT' ? 'create' : waysOut[status]
}

/** Whether the last operation on the stack did what it was asked to. Only asked of states that rest. */
export function succeeded(status: StackStatus): boolean {
  return status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' || status === 'IMPORT_COMPLETE'
}
