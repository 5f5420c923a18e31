import { UserError } from '@slipway/core'

/** The reason that a person gave, without the space around it. Throws `reason-missing` for less than a word, and for more than a page shows. */
export function givenReason(text: string): string {
  const reason = text.trim()
  if (reason.length >= 3 && reason.length <= 500) return reason
  throw new UserError({
    code: 'reason-missing',
    kind: 'invalid',
    what: 'This needs a reason of 3 to 500 characters.',
    why: 'It stays in the audit log and on the page, for whoever wonders later.',
    todo: 'Say in a sentence why.',
  })
}
