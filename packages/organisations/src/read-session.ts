import { createHmac, timingSafeEqual } from 'node:crypto'
import { asId, type UserId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import { cookieIn } from './cookie.ts'
import { type Role, roles } from './decide/access.ts'

export type Person = {
  userId: UserId
  email: string
  name: string
  sessionId: string
  /** By the id of each organisation that they are a member of now. */
  roles: ReadonlyMap<string, Role>
}

const rowsSchema = z
  .array(
    z.object({
      session_id: z.string(),
      id: z.string(),
      email: z.string(),
      name: z.string(),
      roles: z.record(z.string(), z.enum(roles)).nullable(),
    }),
  )
  .max(1)

/**
 * Whose session the cookie is and what they are where, in one statement: the library needs several transactions for the
 * session alone, and every request asks. Reads what the library writes (the token, a dot, and its HMAC with the secret) and never prolongs a session:
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
    Prisma.sql`select session.id as session_id, "user".id, "user".email, "user".name, (
        select json_object_agg(member.organisation_id, member.role)
        from member join organisation on organisation.id = member.organisation_id
        where member.user_id = "user".id and member.until is null and organisation.deleted_at is null
      ) as roles
      from session join "user" on "user".id = session.user_id
      where session.token = ${token} and session.expires_at > clock_timestamp() and "user".email_verified`,
  )
  const row = rowsSchema.parse(rows)[0]
  if (row === undefined) return undefined
  const { id, email, name, session_id: sessionId } = row
  return { userId: asId('user', id), email, name, sessionId, roles: new Map(Object.entries(row.roles ?? {})) }
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
