import { randomBytes } from 'node:crypto'
import { isId, notFound, type OrganisationId, UserError, type UserErrorFields } from '@slipway/core'
import { type Action, leastRole, may, type Role, scopeAllows } from '@slipway/organisations'
import { initTRPC, TRPCError } from '@trpc/server'
import { z } from 'zod'
import type { Caller } from './caller.ts'
import type { Context } from './context.ts'
import { trpcErrorOf, userErrorIn } from './user-error-answer.ts'

/** The rule that a procedure was built with; every procedure has exactly one. */
type AccessRule = 'public' | 'signed-in' | Action

const pingMilliseconds = 15_000
/** A stream ends after this long, so that its reader comes again and is looked at anew. */
const streamMilliseconds = 15 * 60_000

const t = initTRPC
  .context<Context>()
  .meta<{ access: AccessRule }>()
  .create({
    isDev: false,
    errorFormatter({ shape, error }) {
      const userError = userErrorIn(error)
      const { stack: _, ...data } = shape.data
      return {
        ...shape,
        message: userError?.fields.what ?? shape.message,
        data: { ...data, userError: fieldsOf(userError) },
      }
    },
    sse: {
      ping: { enabled: true, intervalMs: pingMilliseconds },
      client: { reconnectAfterInactivityMs: 3 * pingMilliseconds },
      maxDurationMs: streamMilliseconds,
    },
  })

function fieldsOf(error: UserError | undefined): UserErrorFields | null {
  return error?.fields ?? null
}

/** Errors leave as a person's error or as a bug with a number: nothing of a bug's own words reaches the client. */
const answering = t.procedure.use(async ({ ctx, path, type, next }) => {
  const result = await next()
  if (result.ok) return result
  const userError = userErrorIn(result.error)
  if (userError !== undefined) throw trpcErrorOf(userError)
  if (result.error.code !== 'INTERNAL_SERVER_ERROR') throw result.error
  const bug = randomBytes(6).toString('hex')
  ctx.log.error({ bug, path, type, err: result.error.cause ?? result.error }, 'a bug')
  throw new TRPCError({
    code: 'INTERNAL_SERVER_ERROR',
    message: `Something broke on our side. It is recorded as ${bug}.`,
  })
})

const organisationInput = z.object({ organisationId: z.string().max(60) })

/**
 * The only ways to begin a procedure; each says who may call it. There is no `procedure.query`: without a rule a
 * procedure does not compile. Everything behind `organisation(action)` takes `organisationId` and answers
 * NOT_FOUND to whoever is not a member of it, as for one that does not exist.
 */
export const procedure = {
  /** Anybody, also without an account. */
  public: () => answering.meta({ access: 'public' }),

  /** A person with a session. Tokens, which belong to one organisation, are refused. */
  signedIn: () =>
    answering.meta({ access: 'signed-in' }).use(async ({ ctx, next }) => {
      if (ctx.caller?.kind !== 'person') throw unauthenticated()
      return next({ ctx: { caller: ctx.caller } })
    }),

  /** A member whose role allows the action, or their token where its scope does too. */
  organisation: (action: Action) =>
    answering
      .meta({ access: action })
      .input(organisationInput)
      .use(async ({ ctx, input, type, next }) => {
        if (ctx.caller === undefined) throw unauthenticated()
        const { organisationId, role } = membership(ctx.caller, input.organisationId)
        if (!may(role, action)) throw roleTooLow(role, action)
        if (ctx.caller.kind === 'token' && !scopeAllows(ctx.caller.scope, action)) throw scopeTooNarrow()
        if (type === 'mutation') await ctx.rateLimit.take('organisation', organisationId)
        return next({ ctx: { caller: ctx.caller, organisationId, role } })
      }),
}

export const router = t.router
export const createCaller = t.createCallerFactory

function membership(caller: Caller, asked: string): { organisationId: OrganisationId; role: Role } {
  if (!isId('organisation', asked)) throw notFound('organisation')
  const role = caller.roles.get(asked)
  if (role === undefined) throw notFound('organisation')
  return { organisationId: asked, role }
}

function unauthenticated(): UserError {
  return new UserError({
    code: 'not-signed-in',
    kind: 'unauthenticated',
    what: 'You are not signed in.',
    why: 'There is no session or token with this request, or it has ended.',
    todo: 'Sign in, or make a new token.',
  })
}

function roleTooLow(role: Role, action: Action): UserError {
  return new UserError({
    code: 'role-too-low',
    kind: 'forbidden',
    what: `As ${role} you may not do this.`,
    why: `It takes the role ${leastRole(action)} or one above it.`,
    todo: 'Ask an owner of the organisation.',
    details: [action],
  })
}

function scopeTooNarrow(): UserError {
  return new UserError({
    code: 'token-not-allowed',
    kind: 'forbidden',
    what: 'A token may not do this.',
    why: 'Making tokens, opening or closing cloud accounts, passing gates over, deleting and paying are kept for people who are signed in.',
    todo: 'Do it in the dashboard.',
  })
}
