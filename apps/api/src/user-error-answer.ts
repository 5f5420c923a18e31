import { UserError, type UserErrorFields, type UserErrorKind } from '@slipway/core'
import { TRPCError } from '@trpc/server'
import { ZodError } from 'zod'

const answers = {
  invalid: { code: 'BAD_REQUEST', status: 400 },
  unauthenticated: { code: 'UNAUTHORIZED', status: 401 },
  forbidden: { code: 'FORBIDDEN', status: 403 },
  'not-found': { code: 'NOT_FOUND', status: 404 },
  conflict: { code: 'CONFLICT', status: 409 },
  'too-many': { code: 'TOO_MANY_REQUESTS', status: 429 },
  failed: { code: 'UNPROCESSABLE_CONTENT', status: 422 },
} as const satisfies Record<UserErrorKind, { code: TRPCError['code']; status: number }>

/** The error that a person can do something about as one of tRPC's; its fields ride along as the cause. */
export function trpcErrorOf(error: UserError): TRPCError {
  return new TRPCError({ code: answers[error.fields.kind].code, message: error.fields.what, cause: error })
}

export function statusOf(error: UserError) {
  return answers[error.fields.kind].status
}

/** The person's error in whatever was thrown, or undefined when it is a bug of ours. */
export function userErrorIn(thrown: unknown): UserError | undefined {
  if (thrown instanceof UserError) return thrown
  if (!(thrown instanceof TRPCError)) return undefined
  if (thrown.cause instanceof UserError) return thrown.cause
  // Only what tRPC itself refused is the caller's: a value of ours that fails its schema is our bug.
  if (thrown.code === 'BAD_REQUEST' && thrown.cause instanceof ZodError) return badInput(thrown.cause)
  return undefined
}

function badInput(error: ZodError): UserError {
  const details = error.issues.map((issue) => `${issue.path.join('.') || 'the input'}: ${issue.message}`)
  const fields: UserErrorFields = {
    code: 'bad-input',
    kind: 'invalid',
    what: 'Something in the request is not as it should be.',
    todo: 'Correct what is listed and send it again.',
    details,
  }
  return new UserError(fields, { cause: error })
}
