import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import { receiveStripeWebhook } from '@slipway/billing'
import type { Clock, Log } from '@slipway/core'
import { UserError } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { Auth } from '@slipway/organisations'
import { answerHook } from '@slipway/pipeline'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { Hono, type Context as HonoContext, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { answerAuth } from './auth-route.ts'
import { callerOf } from './caller.ts'
import type { Context, Settings } from './context.ts'
import { clientAddress } from './decide/client-address.ts'
import { isTrusted } from './decide/request-origin.ts'
import { isReady } from './health.ts'
import type { Live } from './live.ts'
import type { RateLimit } from './rate-limit.ts'
import { appRouter } from './router.ts'
import { statusOf, trpcErrorOf, userErrorIn } from './user-error-answer.ts'

export type HttpParts = {
  db: Database
  clock: Clock
  log: Log
  auth: Auth
  live: Live
  rateLimit: RateLimit
  settings: Settings
  stripeWebhookSecret: string
  /** Answers requests below /git; looks after its own tokens and sizes. */
  git: (request: Request) => Promise<Response>
}

type Env = { Bindings: HttpBindings; Variables: { address: string } }

const kilobyte = 1024

/**
 * The api's face: health, accounts, procedures, webhooks, the git remote. Whatever comes in has its address counted,
 * its origin checked where it changes something or stays open, and its size bounded before anything reads it.
 */
export function httpApp(parts: HttpParts): Hono<Env> {
  const app = new Hono<Env>()
  app.use(headers(parts.settings.publicUrl))
  app.get('/healthz', (c) => c.text('alive'))
  app.get('/readyz', async (c) =>
    (await isReady(parts.db)) ? c.text('ready') : c.text('Postgres is away', 503),
  )
  app.use(counted(parts))
  app.use('/auth/*', fromUs(parts.settings.publicUrl), upTo(16 * kilobyte))
  app.on(['GET', 'POST'], '/auth/*', (c) => answerAuth(parts, c.req.raw, c.get('address')))
  app.use('/trpc/*', fromUs(parts.settings.publicUrl), upTo(256 * kilobyte))
  app.all('/trpc/*', (c) => answerProcedures(parts, c.req.raw))
  app.all('/git/*', (c) => parts.git(c.req.raw))
  app.post('/webhooks/stripe', upTo(1024 * kilobyte), async (c) => {
    const request = { body: await c.req.text(), signature: c.req.header('stripe-signature') }
    await receiveStripeWebhook(parts.db, request, parts.stripeWebhookSecret, parts.clock)
    return c.json({ received: true })
  })
  app.post('/webhooks/hook-answers/:token', upTo(16 * kilobyte), async (c) => {
    const answer = { token: c.req.param('token'), body: await c.req.text() }
    await answerHook(parts.db, answer, { sealing: parts.settings.sealing, clock: parts.clock })
    return c.json({ received: true })
  })
  app.notFound((c) => c.json({ error: 'There is nothing at this address.' }, 404))
  app.onError((error, c) => answerError(parts.log, error, c))
  return app
}

function answerProcedures(parts: HttpParts, request: Request): Promise<Response> {
  const { db, clock, log, live, rateLimit, settings } = parts
  return fetchRequestHandler({
    endpoint: '/trpc',
    req: request,
    router: appRouter,
    allowMethodOverride: false,
    maxBatchSize: 20,
    async createContext(): Promise<Context> {
      const caller = await callerOf(request.headers, parts)
      if (caller !== undefined) await takeForCaller(rateLimit, caller.userId)
      return { db, clock, log, live, rateLimit, settings, caller }
    },
    onError({ error, ctx, path }) {
      // With a context the procedure itself has reported the bug, under the number that the client sees.
      if (ctx === undefined && userErrorIn(error) === undefined)
        log.error({ path, err: error }, 'a bug before a procedure')
    },
  })
}

async function takeForCaller(rateLimit: RateLimit, userId: string): Promise<void> {
  try {
    await rateLimit.take('caller', userId)
  } catch (error) {
    if (error instanceof UserError) throw trpcErrorOf(error)
    throw error
  }
}

/** The api's answers are data: no script, frame or embedding of them is ever right. */
function headers(publicUrl: string): MiddlewareHandler<Env> {
  const fixed = {
    'content-security-policy':
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl.startsWith('https://')
      ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }
      : {}),
  }
  return async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(fixed)) c.res.headers.set(name, value)
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  }
}

function counted({ rateLimit }: HttpParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const address = addressOf(c.env.incoming, c.req.header('x-forwarded-for') ?? null)
    c.set('address', address)
    await rateLimit.take('address', address)
    await next()
  }
}

function upTo(maxSize: number): MiddlewareHandler<Env> {
  return bodyLimit({
    maxSize,
    onError: (c) => c.json({ userError: tooLarge(maxSize).fields }, 413),
  })
}

/** What changes something or stays open must not come from another site. */
function fromUs(publicUrl: string): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { headers, method } = c.req.raw
    const isStream = headers.get('accept')?.includes('text/event-stream') ?? false
    const isRead = (method === 'GET' || method === 'HEAD') && !isStream
    if (!isRead && !isTrusted(headers, publicUrl)) throw foreignOrigin(publicUrl)
    await next()
  }
}

function addressOf(incoming: IncomingMessage, forwardedFor: string | null): string {
  return clientAddress(incoming.socket.remoteAddress, forwardedFor)
}

function answerError(log: Log, error: Error, c: HonoContext<Env>): Response {
  const userError = userErrorIn(error)
  if (userError !== undefined) return c.json({ userError: userError.fields }, statusOf(userError))
  log.error({ path: c.req.path, err: error }, 'a bug in answering')
  return c.json({ error: 'Something broke on our side.' }, 500)
}

function foreignOrigin(publicUrl: string): UserError {
  return new UserError({
    code: 'foreign-origin',
    kind: 'forbidden',
    what: 'This request does not come from a page of Slipway.',
    why: 'Another site could otherwise act in your name.',
    todo: `Use ${publicUrl}, or a token in a program.`,
  })
}

function tooLarge(bytes: number): UserError {
  return new UserError({
    code: 'request-too-large',
    what: 'The request is too large.',
    why: `At most ${bytes / kilobyte} kB are read here.`,
    todo: 'Send less at a time.',
  })
}
