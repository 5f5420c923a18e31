import { createHmac, timingSafeEqual } from 'node:crypto'
import { asId, type UserId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { cookieIn } from './cookie.ts'

export type Person = { userId: UserId; email: string; name: string; sessionId: string }

const rowsSchema = z
  .array(z.object({ session_id: z.string(), id: z.string(), email: z.string(), name: z.string() }))
  .max(1)

/**
 * Whose session the cookie is, in one statement: the library needs several transactions for it, and every request
 * asks. Reads what the library writes (the token, a dot, and its HMAC with the secret) and never prolongs a session:
 * that happens when a page asks /auth/get-session. Undefined for nobody, a forged cookie, an ended session, and an
 * address that is not proven.
 */
export async function readSession(
  db: Database,
  headers: Headers,
  { cookieName, secret }: { cookieName: string; secret: string },
): Promise<Person | undefined> {
  const token = tokenIn(cookieIn(headers, cookieName), secret)
  if (token === undefined) return undefined
  const rows = await db.statementInSystem(
    'sign people in',
    Prisma.sql`select session.id as session_id, "user".id, "user".email, "user".name
      from session join "user" on "user".id = session.user_id
      where session.token = ${token} and session.expires_at > clock_timestamp() and "user".email_verified`,
  )
  const row = rowsSchema.parse(rows)[0]
  if (row === undefined) return undefined
  return { userId: asId('user', row.id), email: row.email, name: row.name, sessionId: row.session_id }
}

function tokenIn(cookie: string | undefined, secret: string): string | undefined {
  const [, token, signature] = /^([^.]+)\.(.+)$/.exec(decode(cookie)) ?? []
  if (token === undefined || signature === undefined) return undefined
  const right = createHmac('sha256', secret).update(token).digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === right.length && timingSafeEqual(given, right) ? token : undefined
}

function decode(cookie: string | undefined): string {
  try {
    return decodeURIComponent(cookie ?? '')
  } catch {
    return ''
  }
}
