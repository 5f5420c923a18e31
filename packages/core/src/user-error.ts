export type UserErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'too-many'
  | 'failed'

export type UserErrorFields = {
  /** A constant of the package that raises it, such as `manifest-unknown-field`; it has a page in docs/errors. */
  code: string
  kind?: UserErrorKind
  /** What happened, naming the reader's own thing and value. */
  what: string
  why?: string
  /** The next step for the reader. */
  todo?: string
  link?: string
  /** Lines that let the reader see it for themselves, such as the last log lines of an app. */
  details?: string[]
}

/**
 * Something that a person can cause or cure. It looks the same in browser, CLI and API. All other errors are
 * bugs and are reported as such.
 */
export class UserError extends Error {
  readonly fields: UserErrorFields & { kind: UserErrorKind }

  constructor(fields: UserErrorFields, options?: { cause?: unknown }) {
    super(fields.what, options)
    this.name = 'UserError'
    this.fields = { kind: 'invalid', ...fields }
  }

  toJSON(): UserErrorFields & { kind: UserErrorKind } {
    return this.fields
  }
}

/** The answer for what does not exist and for what is another tenant's: the two cannot be told apart. */
export function notFound(thing: string): UserError {
  return new UserError({
    code: 'not-found',
    kind: 'not-found',
    what: `There is no such ${thing}.`,
    why: 'It does not exist, was deleted, or you may not see it.',
    todo: 'Check the address, or ask a member of its organisation.',
  })
}

/** Plain text of an error for a terminal or a log: what, why, what to do, details, one a line. */
export function describeError(fields: UserErrorFields): string {
  return [fields.what, fields.why, fields.todo, fields.link, ...(fields.details ?? [])]
    .filter(Boolean)
    .join('\n')
}
