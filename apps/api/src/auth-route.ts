import type { Auth } from '@slipway/organisations'
import { z } from 'zod'
import type { RateLimit } from './rate-limit.ts'

/** Set here alone; whatever a client sends under this name is overwritten. */
export const addressHeader = 'x-slipway-client'

const addressed = z
  .object({ email: z.string().max(320), newEmail: z.string().max(320) })
  .partial()
  .transform(({ email, newEmail }) => email ?? newEmail)

/** Requests that let somebody try a password, and those that make us write a mail. */
const triesPassword = new Set([
  '/auth/sign-in/email',
  '/auth/sign-up/email',
  '/auth/reset-password',
  '/auth/change-password',
  '/auth/delete-account',
])
const sendsMail = new Set([
  '/auth/sign-up/email',
  '/auth/send-verification-email',
  '/auth/request-password-reset',
  '/auth/change-email',
])

/**
 * Counts what could guess a password or fill a mailbox, by the client's address and by the account that it is
 * about, whether or not there is such an account; then lets the accounts answer.
 */
export async function answerAuth(
  { auth, rateLimit }: { auth: Auth; rateLimit: RateLimit },
  request: Request,
  address: string,
): Promise<Response> {
  const { pathname } = new URL(request.url)
  const isPost = request.method === 'POST'
  // The library would read forms too, in which the account would not be found below.
  if (isPost && !request.headers.get('content-type')?.startsWith('application/json')) {
    return new Response(null, { status: 415 })
  }
  const body = isPost ? await request.text() : null
  if (triesPassword.has(pathname) || sendsMail.has(pathname)) {
    await rateLimit.take('signIn', address)
    const account = accountIn(body ?? '')
    if (account !== undefined && triesPassword.has(pathname)) await rateLimit.take('account', account)
    if (account !== undefined && sendsMail.has(pathname)) await rateLimit.take('mail', account)
  }
  const headers = new Headers(request.headers)
  headers.set(addressHeader, address)
  return auth.handle(new Request(request.url, { method: request.method, headers, body }))
}

function accountIn(body: string): string | undefined {
  try {
    return addressed.safeParse(JSON.parse(body)).data?.trim().toLowerCase()
  } catch {
    return undefined
  }
}
