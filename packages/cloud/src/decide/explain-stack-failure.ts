import type { UserErrorFields } from '@slipway/core'
import { meaningOf } from './meaning-of.ts'

export type StackFailure = {
  logicalId: string
  type: string
  /** AWS's words. */
  reason: string
}

/**
 * What went wrong with a stack, for whoever deployed. `failures` are the resources that failed, the first
 * first: what follows is mostly cancelled because of it. AWS's own words are kept as details.
 */
export function explainStackFailure(stack: string, failures: readonly StackFailure[]): UserErrorFields {
  const own = failures.filter(({ reason }) => !/cancell?ed/i.test(reason))
  const first = own[0] ?? failures[0]
  const details = (own.length > 0 ? own : failures).map(
    ({ logicalId, type, reason }) => `${logicalId} (${type}): ${reason}`,
  )
  const meaning = first && meaningOf(first.reason)
  if (!meaning)
    return {
      code: 'stack-failed',
      kind: 'failed',
      what: `CloudFormation could not make the stack ${stack} and undid what it began.`,
      why: 'The reason that AWS gave stands below.',
      todo: 'Mend what it names and deploy again. Nothing was left half done.',
      details,
    }
  return { ...meaning, kind: 'failed', details }
}

/** Whether another zone may succeed where this one failed. */
export function mayWorkInAnotherZone(error: UserErrorFields): boolean {
  return error.code === 'aws-capacity' || error.code === 'aws-type-not-offered'
}
