import { type Clock, UserError } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import type { Sealing } from '@slipway/environments'
import { checkStream } from '@slipway/protocol'
import { type ExecutionEvent, eventSchema } from './decide/event.ts'
import { executionSchema } from './decide/execution.ts'
import { findCheck } from './decide/places.ts'
import { whyNotAsked } from './gates/decide/why-not-asked.ts'
import { type HookAsked, readAnswerToken } from './gates/hook/answer-token.ts'
import { type HookAnswer, readHookAnswer, refusedBy } from './gates/hook/decide/hook-answer.ts'
import { hostOf } from './gates/hook/hook.ts'
import { recordEvent } from './record-event.ts'
import { sayTo } from './say.ts'

/**
 * What somebody's software answers to a hook, at the address that was sent to it. `token` is the end of that address,
 * `body` what it posts. Twice the same counts once. Throws `hook-address-unknown`, `hook-answer-unreadable`, or
 * `hook-not-waiting` with why it waits for no answer any more.
 */
export async function answerHook(
  db: Database,
  { token, body }: { token: string; body: string },
  { sealing, clock }: { sealing: Sealing; clock: Clock },
): Promise<void> {
  const asked = readAnswerToken(token, sealing)
  if (asked === undefined) throw addressUnknown()
  const answer = readHookAnswer(body)
  const { organisationId, executionId, path, attempt } = asked
  const host = await db.inOrganisation(organisationId, async (tx) => {
    const found = await findHook(tx, asked)
    if (found === undefined) throw addressUnknown()
    const key = `${path}/${attempt}/answer`
    const said = await tx.executionEvent.findFirst({ where: { executionId, key }, select: { event: true } })
    const event = eventOf(answer, asked, found.host, clock.now())
    if (said !== null) {
      if (isSame(eventSchema.parse(said.event), event)) return undefined
      throw notWaiting('It has been answered already.')
    }
    if (found.whyNot !== undefined) throw notWaiting(found.whyNot)
    await recordEvent(tx, executionId, event, key)
    return found.host
  })
  if (host === undefined) return
  const where = { organisationId, stream: checkStream(executionId, path), path: `${path}/${attempt}` }
  const reason = answer.reason === null ? '' : `: ${answer.reason}`
  await sayTo(db, where, clock)(`${host} answered “${answer.answer}”${reason}.`)
}

async function findHook(
  tx: Tx,
  { executionId, path, attempt }: HookAsked,
): Promise<{ host: string; whyNot: string | undefined } | undefined> {
  const row = await tx.execution.findUnique({ where: { id: executionId } })
  if (row === null) return undefined
  const state = executionSchema.parse(row.state)
  const check = findCheck(state, path)?.check
  if (check === undefined) return undefined
  const by = state.end?.by
  const newer = by ? await tx.execution.findUnique({ where: { id: by }, select: { number: true } }) : null
  const end = state.end === null ? null : { how: state.end.how, by: newer?.number ?? null }
  const isOld = check.progress.is === 'asked' && check.progress.attempt !== attempt
  const whyNot = isOld ? 'It was asked anew since.' : whyNotAsked({ number: row.number, end, check })
  return { host: hostOf(String(check.ask.url)), whyNot }
}

function eventOf(answer: HookAnswer, { path, attempt }: HookAsked, host: string, now: Date): ExecutionEvent {
  const at = now.toISOString()
  if (answer.answer === 'pass')
    return { type: 'check-passed', at, path, attempt, by: null, reason: answer.reason, freshUntil: null }
  const isRed = answer.answer === 'roll-back'
  return { type: 'check-failed', at, path, attempt, error: refusedBy(host, answer), isRed }
}

function isSame(one: ExecutionEvent, other: ExecutionEvent): boolean {
  const text = (event: ExecutionEvent) => JSON.stringify(eventSchema.parse({ ...event, at: '' }))
  return text(one) === text(other)
}

function addressUnknown(): UserError {
  return new UserError({
    code: 'hook-address-unknown',
    kind: 'not-found',
    what: 'This address opens no gate.',
    todo: 'Send the answer to `data.answer.url` of what you were sent, as it is.',
  })
}

function notWaiting(why: string): UserError {
  return new UserError({
    code: 'hook-not-waiting',
    kind: 'conflict',
    what: 'This gate does not wait for an answer.',
    why,
    todo: 'Nothing is to be done. What was sent to you holds the address of the execution, which says how it ended.',
  })
}
