import type { UserErrorFields } from '@slipway/core'
import { meaningOf } from './meaning-of.ts'

/**
 * What a call was refused for that goes on being refused until somebody does something, in words. Undefined for what is
 * not an answer of AWS, and for what passes by itself, such as too many calls in a moment.
 */
export function explainRefusal(error: unknown): UserErrorFields | undefined {
  if (!isAnswer(error)) return undefined
  const words = isWordless(error) ? 'AccessDenied, without words' : `${error.name}: ${error.message}`
  const meaning = meaningOf(words)
  return meaning && { ...meaning, kind: 'failed', details: [words] }
}

type Answer = Error & { $metadata: { httpStatusCode?: number } }

function isAnswer(error: unknown): error is Answer {
  return error instanceof Error && '$metadata' in error && typeof error.$metadata === 'object'
}

/** The answer to a HEAD has no body; the SDK then says this. */
function isWordless({ message, $metadata }: Answer): boolean {
  return $metadata.httpStatusCode === 403 && message === 'UnknownError'
}
