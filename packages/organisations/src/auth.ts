import { randomBytes } from 'node:crypto'
import { type Clock, type Log, newId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { z } from 'zod'
import {
  changeAddressMail,
  choosePasswordMail,
  knownAddressMail,
  newAddressMail,
  resetMail,
  verificationMail,
} from './auth-mails.ts'
import { authTables } from './auth-tables.ts'
import { cookieIn } from './cookie.ts'
import { deleteAccount } from './delete-account.ts'
import { type Person, readSession } from './read-session.ts'
import { type Mail, sendMail } from './send-mail.ts'

export type Auth = {
  /** Answers a request below /auth, or 404. Throws what deleting an account refuses. Rate limits, origin and size are the caller's to check before. */
  handle(request: Request): Promise<Response>
  /** Whose session the headers carry; undefined for nobody, an ended session, and an unverified address. */
  personOf(headers: Headers): Promise<Person | undefined>
}

export type AuthSettings = {
  db: Database
  /** For mails alone: sessions and links are others' to check and go by the machine's own time. */
  clock: Clock
  log: Log
  /** 32 characters or more; whoever has it can make sessions. */
  secret: string
  /** The one origin under which browsers see us, such as https://slipway.example. */
  publicUrl: string
  /** The header in which the caller puts the client's address; the caller removes it from what comes in. */
  addressHeader: string
}

const passwordLengthMin = 10
const passwordLengthMax = 128
const sessionSeconds = 30 * 86_400
const linkSeconds = 3600

/** What people need today. Everything else that the library could answer is closed. */
const open = new Map<string, 'GET' | 'POST'>([
  ['/sign-up/email', 'POST'],
  ['/sign-in/email', 'POST'],
  ['/sign-out', 'POST'],
  ['/get-session', 'GET'],
  ['/verify-email', 'GET'],
  ['/send-verification-email', 'POST'],
  ['/request-password-reset', 'POST'],
  ['/reset-password', 'POST'],
  ['/change-password', 'POST'],
  ['/list-sessions', 'GET'],
  ['/revoke-session', 'POST'],
  ['/revoke-other-sessions', 'POST'],
  ['/update-user', 'POST'],
  ['/change-email', 'POST'],
  ['/delete-account', 'POST'],
])

const resetLink = /^\/reset-password\/[A-Za-z0-9]+$/

/**
 * Accounts of people: e-mail and password, an address that must be proven before anything is usable, reset,
 * sessions. Known and unknown addresses get the same answers. Mails leave through the outbox.
 */
export function makeAuth(settings: AuthSettings): Auth {
  const { db, clock, publicUrl } = settings
  const secure = publicUrl.startsWith('https://')
  const cookiePrefix = `${secure ? '__Host-' : ''}slipway`
  const signUpCookie = `${cookiePrefix}.sign-up`

  const send = (mail: Mail) => db.inSystem('sign people in', (tx) => sendMail(tx, mail, clock))

  const auth = betterAuth({
    appName: 'Slipway',
    baseURL: publicUrl,
    basePath: '/auth',
    secret: settings.secret,
    trustedOrigins: [publicUrl],
    database: prismaAdapter(authTables(db), { provider: 'postgresql', transaction: true }),
    emailAndPassword: {
      enabled: true,
      requireEmailVerification: true,
      minPasswordLength: passwordLengthMin,
      maxPasswordLength: passwordLengthMax,
      resetPasswordTokenExpiresIn: linkSeconds,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, url }) => send(resetMail(user.email, url)),
      onPasswordReset: ({ user }) => markProven(db, user.id),
      onExistingUserSignUp: async ({ user }, request) => {
        if (user.emailVerified) return send(knownAddressMail(user.email, new URL('/sign-in', publicUrl).href))
        await auth.api.sendVerificationEmail({
          body: { email: user.email, callbackURL: await callbackOf(request) },
        })
      },
    },
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: true,
      autoSignInAfterVerification: true,
      expiresIn: linkSeconds,
      sendVerificationEmail: ({ user, url }) =>
        send(user.emailVerified ? newAddressMail(user.email, url) : verificationMail(user.email, url)),
      beforeEmailVerification: async (user, request) => {
        if (cookieIn(request?.headers, signUpCookie) === user.id) return
        await wipePassword(settings, user)
      },
    },
    user: {
      changeEmail: {
        enabled: true,
        sendChangeEmailConfirmation: ({ user, newEmail, url }) =>
          send(changeAddressMail(user.email, newEmail, url)),
      },
    },
    session: { expiresIn: sessionSeconds, updateAge: 86_400 },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message) => settings.log[level === 'error' ? 'error' : 'warn']({ part: 'auth' }, message),
    },
    advanced: {
      // Said outright: under a test runner the library would leave the check out.
      disableOriginCheck: false,
      cookiePrefix,
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
      ipAddress: { ipAddressHeaders: [settings.addressHeader] },
      database: {
        generateId: ({ model }) => (model === 'user' ? newId('user') : randomBytes(20).toString('base64url')),
      },
    },
  })

  const personOf = (headers: Headers) =>
    readSession(db, headers, { cookieName: `${cookiePrefix}.session_token`, secret: settings.secret })

  return {
    async handle(request) {
      const path = new URL(request.url).pathname.replace(/^\/auth/, '')
      const method = resetLink.test(path) ? 'GET' : open.get(path)
      if (method !== request.method) return new Response(null, { status: 404 })
      if (path === '/delete-account') {
        return answerDeletion(settings, request, await personOf(request.headers))
      }
      const response = await auth.handler(request)
      if (path !== '/sign-up/email' || !response.ok) return response
      return rememberSignUp(response, signUpCookie, secure)
    },
    personOf,
  }
}

const deletion = z.object({ password: z.string().max(passwordLengthMax) })

/** The library would remove the person's row, by which the audit log is told. */
async function answerDeletion(
  { db, clock }: AuthSettings,
  request: Request,
  person: Person | undefined,
): Promise<Response> {
  if (person === undefined) return new Response(null, { status: 401 })
  const asked = deletion.safeParse(await request.json().catch(() => undefined))
  if (!asked.success) return new Response(null, { status: 400 })
  await deleteAccount(db, { userId: person.userId, password: asked.data.password }, clock)
  return Response.json({ success: true })
}

/**
 * Somebody may have signed up with another's address before its owner did, and would have their password in the
 * owner's account. So a password counts only if the address is proven in the browser that chose it; else it is
 * wiped and the owner chooses one.
 */
async function wipePassword(
  { db, clock, publicUrl }: AuthSettings,
  user: { id: string; email: string },
): Promise<void> {
  await db.inSystem('sign people in', async (tx) => {
    const now = new Date()
    await tx.session.deleteMany({ where: { userId: user.id } })
    await tx.account.deleteMany({ where: { userId: user.id } })
    const token = randomBytes(24).toString('hex')
    await tx.verification.create({
      data: {
        id: randomBytes(20).toString('base64url'),
        identifier: `reset-password:${token}`,
        value: user.id,
        expiresAt: new Date(now.getTime() + linkSeconds * 1000),
        createdAt: now,
        updatedAt: now,
      },
    })
    const url = new URL(`/auth/reset-password/${token}?callbackURL=%2Freset-password`, publicUrl)
    await sendMail(tx, choosePasswordMail(user.email, url.href), clock)
  })
}

/** Whoever resets the password by a mailed link has proven the address as well. */
async function markProven(db: Database, userId: string): Promise<void> {
  await db.inSystem('sign people in', (tx) =>
    tx.user.update({ where: { id: userId }, data: { emailVerified: true } }),
  )
}

const signUpAnswer = z.object({ user: z.object({ id: z.string() }) })
const cookieSeconds = 86_400

/** The id is there for known addresses too (a made-up one), so that the answers do not differ. */
async function rememberSignUp(response: Response, name: string, secure: boolean): Promise<Response> {
  const { user } = signUpAnswer.parse(await response.clone().json())
  const headers = new Headers(response.headers)
  const flags = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${cookieSeconds}${secure ? '; Secure' : ''}`
  headers.append('set-cookie', `${name}=${user.id}; ${flags}`)
  return new Response(response.body, { status: response.status, headers })
}

const callbackBody = z.object({ callbackURL: z.string().optional() })

async function callbackOf(request: Request | undefined): Promise<string> {
  const body = callbackBody.safeParse(
    await request
      ?.clone()
      .json()
      .catch(() => undefined),
  )
  return body.data?.callbackURL ?? '/'
}
