/** How many may happen in one window of time, for each key (an address, a person, an organisation). */
export type Limit = { max: number; windowSeconds: number }

/**
 * Our decision: far above what a person or a busy office does, far below what guessing a password or filling a
 * mailbox needs. Counted for all copies of the api together in Redis, and by each copy alone besides.
 */
export const limits = {
  /** Any request to the api, by the client's address. */
  address: { max: 3000, windowSeconds: 60 },
  /** Any call, by the person or token. */
  caller: { max: 1200, windowSeconds: 60 },
  /** Changes, by organisation. */
  organisation: { max: 300, windowSeconds: 60 },
  /** Whatever takes or sets a password, by the client's address. */
  signIn: { max: 60, windowSeconds: 300 },
  /** The same by the account's e-mail address, from wherever it is tried. */
  account: { max: 10, windowSeconds: 300 },
  /** Mails that a stranger can cause, by the address that gets them. */
  mail: { max: 5, windowSeconds: 900 },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limits

/** The window that a moment lies in; windows of one length begin at the same moments everywhere. */
export function windowOf(at: Date, { windowSeconds }: Limit): { number: number; endsInSeconds: number } {
  const seconds = at.getTime() / 1000
  const number = Math.floor(seconds / windowSeconds)
  return { number, endsInSeconds: Math.max(1, Math.ceil((number + 1) * windowSeconds - seconds)) }
}
