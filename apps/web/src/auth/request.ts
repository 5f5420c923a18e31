import { z } from 'zod'
import type { Problem } from '../ui/Notice.tsx'

const refusal = z.object({ code: z.string().optional(), message: z.string().optional() })
const ownRefusal = z.object({
  userError: z.object({
    code: z.string(),
    what: z.string(),
    why: z.string().optional(),
    todo: z.string().optional(),
  }),
})

export type AuthAnswer = { ok: true; body: unknown } | { ok: false; code: string; problem: Problem }

/**
 * Asks the api's sign-in door, below /auth at our own origin. Does not throw: a refusal, and no answer at all,
 * come back as a problem in words.
 */
export async function authRequest(path: string, body?: Record<string, unknown>): Promise<AuthAnswer> {
  let response: Response
  try {
    response = await fetch(`/auth${path}`, {
      ...(body
        ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
        : { method: 'GET' }),
      credentials: 'same-origin',
    })
  } catch {
    return { ok: false, code: 'no-answer', problem: noAnswer }
  }
  const text = await response.text()
  const answer = parseJson(text)
  if (response.ok) return { ok: true, body: answer }
  const own = ownRefusal.safeParse(answer)
  if (own.success) return { ok: false, code: own.data.userError.code, problem: own.data.userError }
  const { code = '', message } = refusal.safeParse(answer).data ?? {}
  return { ok: false, code, problem: problemOf(response.status, code, message) }
}

const noAnswer: Problem = {
  what: 'Slipway did not answer.',
  why: 'The connection was cut, or the api is not up.',
  todo: 'Try again in a moment. Nothing was changed.',
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return null
  }
}

const known: Record<string, Problem> = {
  INVALID_EMAIL_OR_PASSWORD: {
    what: 'The address and the password do not belong together.',
    todo: 'Check both, or ask for a new password.',
  },
  EMAIL_NOT_VERIFIED: {
    what: 'Your address is not verified yet.',
    why: 'We have just sent the mail with the link again.',
    todo: 'Open the link in it; it holds for one hour.',
  },
  INVALID_EMAIL: { what: 'This is not an e-mail address.', todo: 'It needs a name, an @ and a domain.' },
  PASSWORD_TOO_SHORT: { what: 'The password is too short.', todo: 'Use at least 10 characters.' },
  PASSWORD_TOO_LONG: { what: 'The password is too long.', todo: 'Use at most 128 characters.' },
  INVALID_PASSWORD: { what: 'The current password is not right.' },
  INVALID_TOKEN: {
    what: 'This link does not hold any more.',
    why: 'It was used already, or is older than one hour.',
    todo: 'Ask for a new one.',
  },
  TOKEN_EXPIRED: {
    what: 'This link does not hold any more.',
    why: 'It is older than one hour.',
    todo: 'Ask for a new one.',
  },
}

function problemOf(status: number, code: string, message: string | undefined): Problem {
  if (status === 429) return { what: 'Too many attempts.', todo: 'Wait a minute, then try again.' }
  if (status >= 500) return { ...noAnswer, why: 'Something on our side failed; it is reported.' }
  return known[code] ?? { what: message ?? 'This was refused.', todo: 'Check what you typed and try again.' }
}

/** What to say about the `error` that a followed link carries in its address. */
export function linkProblem(code: string): Problem {
  const upper = code.toUpperCase()
  return known[upper] ?? known.INVALID_TOKEN ?? { what: 'This link does not hold any more.' }
}
