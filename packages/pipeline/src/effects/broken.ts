import { UserError, type UserErrorFields } from '@slipway/core'

/** What is left of a job after its last attempt, where it did not say so itself; `of` ends “a step of …”, `todo` begins what helps. */
export function broken(
  error: unknown,
  of: 'this build' | 'this deployment' | 'the pipeline' | 'this rehearsal',
  todo: 'Push' | 'Deploy' = 'Push',
): UserErrorFields {
  if (error instanceof UserError) return error.toJSON()
  return {
    code: 'pipeline-step-broken',
    kind: 'failed',
    what: `Slipway could not carry out a step of ${of}, though it tried again and again.`,
    why: 'This is a fault of Slipway or of a service it needs, and not of your app.',
    todo: `${todo} again. If it happens again, tell us the number of this execution.`,
  }
}
