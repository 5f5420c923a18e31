import { createHash } from 'node:crypto'
import qs from 'qs'
import { ZodError } from 'zod'
import type { openDocument } from './openapi.ts'
import type { Operations } from './operation.ts'
import { Refusal } from './refusal.ts'
import type { State } from './state.ts'

/** Stripe forgets an idempotency key after a day (https://docs.stripe.com/api/idempotent_requests). */
const keySecondsMax = 24 * 60 * 60

export type Request = {
  method: string
  path: string
  query: string
  body: string
  idempotencyKey: string | undefined
}
export type Answer = { status: number; body: unknown; replayed?: boolean }

export type Double = {
  document: ReturnType<typeof openDocument>
  operations: Operations
  state: State
  save(): void
  url: string
  now(): number
  newId(prefix: string): string
  webhooksAreWanted: boolean
}

/**
 * Answers one request: finds the operation, checks the request against Stripe's document, replays what the
 * same idempotency key was answered, runs, checks the answer, saves. An answer that Stripe's document does not
 * allow is a bug of the double and comes back as a 500 that says so. `mustFail` answers a 500 and does nothing;
 * the key keeps that answer too, as Stripe's do.
 */
export function answer(double: Double, request: Request, requestId: string, mustFail = false): Answer {
  try {
    const operation = double.document.find(request.method, request.path)
    const run = operation && double.operations[operation.name]
    if (operation === undefined || run === undefined)
      throw new Refusal(`Unrecognized request URL (${request.method}: ${request.path}).`, { status: 404 })
    const fingerprint = hash(`${request.method} ${request.path}\n${request.body}`)
    const key = request.method === 'POST' ? request.idempotencyKey : undefined
    const kept = key === undefined ? undefined : keptAnswer(double, key, fingerprint)
    if (kept !== undefined) return kept

    const body = decode(request.method === 'POST' ? request.body : request.query)
    const [problem] = operation.checkRequest(body)
    if (problem !== undefined)
      throw new Refusal(`${problem.message}: ${problem.path}`, {
        parameter: problem.path,
        code: 'parameter_unknown',
      })
    const { expand, ...input } = body
    if (Array.isArray(expand) && expand.length > 0)
      throw new Refusal('The double expands nothing.', { parameter: 'expand' })

    const made = mustFail
      ? askedFailure()
      : execute(double, run, {
          ...request,
          body: input,
          parameters: operation.parameters,
          requestId,
        })
    if (key !== undefined) double.state.idempotency[key] = { request: fingerprint, ...made, at: double.now() }
    if (request.method !== 'GET') double.save()
    const [wrong] = operation.checkAnswer(made.status, made.body)
    if (wrong !== undefined)
      throw new Refusal(`The double's own answer is not Stripe's: ${wrong.path} ${wrong.message}`, {
        status: 500,
        type: 'api_error',
      })
    return made
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body() }
    if (error instanceof ZodError) return { status: 400, body: unsupported(error).body() }
    throw error
  }
}

function execute(
  double: Double,
  run: Operations[string],
  request: {
    body: Record<string, unknown>
    parameters: Record<string, string>
    requestId: string
    idempotencyKey: string | undefined
  },
): { status: number; body: unknown } {
  const { state, now, newId, url } = double
  try {
    const body = run({
      state,
      now: now(),
      parameters: request.parameters,
      body: request.body,
      url,
      newId,
      tell: (type, object) =>
        state.events.push({
          id: newId('evt'),
          created: now(),
          type,
          object,
          requestId: request.requestId,
          idempotencyKey: request.idempotencyKey ?? null,
          pending: double.webhooksAreWanted,
          attempts: 0,
        }),
    })
    return { status: 200, body }
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body() }
    throw error
  }
}

function askedFailure(): { status: number; body: unknown } {
  const refusal = new Refusal('An error was asked for.', { status: 500, type: 'api_error' })
  return { status: refusal.status, body: refusal.body() }
}

function keptAnswer(double: Double, key: string, fingerprint: string): Answer | undefined {
  const kept = double.state.idempotency[key]
  if (kept === undefined) return undefined
  if (double.now() - kept.at > keySecondsMax) {
    delete double.state.idempotency[key]
    return undefined
  }
  if (kept.request !== fingerprint)
    throw new Refusal(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}'.`,
      { type: 'idempotency_error' },
    )
  return { status: kept.status, body: kept.body, replayed: true }
}

function decode(form: string): Record<string, unknown> {
  return qs.parse(form, { depth: 20, arrayLimit: 1000, parameterLimit: 10_000 })
}

/** Stripe's document knows the field, the double does not do what it asks for: better refused than passed over. */
function unsupported(error: ZodError): Refusal {
  const [issue] = error.issues
  const path = issue?.path.join('.') ?? ''
  return new Refusal(`The double does not do this: ${path} ${issue?.message ?? ''}`, { parameter: path })
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
