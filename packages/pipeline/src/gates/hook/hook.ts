import type { StepResult } from '@slipway/cloud'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { Answer } from '../../egress/egress.ts'
import { defineGate, type GateContext } from '../gate.ts'
import { againAfterSeconds } from './decide/deliver-again.ts'
import { answerIn, refusedBy } from './decide/hook-answer.ts'
import { hookKeysOf } from './hook-keys.ts'
import { hookMessage } from './message.ts'

const ask = z.object({ url: z.string(), expiresSeconds: z.int().positive() })
type Asked = z.infer<typeof ask>

const memorySchema = z.object({
  tries: z.coerce.number().int().nonnegative().default(0),
  /** It was taken, and the answer comes to us. */
  deliveredAt: z.string().optional(),
})

/**
 * A signed webhook that asks somebody's own software. It answers in its response or later at the address that it is
 * given, as an event (answer-hook.ts). It is sent until it is taken, each time with the same id.
 */
export const hook = defineGate({
  kind: 'hook',
  ask,
  plan: ({ url, expiresSeconds }) => [
    {
      words: `Hook ${hostOf(url)}`,
      mayAct: `${hostOf(url)}, which answers; admins and owners, who may pass it over with a reason`,
      isStep: false,
      limitSeconds: expiresSeconds,
      ask: { url, expiresSeconds },
    },
  ],
  steps: (asked) => [
    {
      name: 'hook',
      title: 'Ask, and wait for the answer',
      // A minute more than what the engine waits, which says why in its own words.
      limitSeconds: asked.expiresSeconds + 60,
      late: () => ({
        code: 'hook-too-late',
        kind: 'failed',
        what: `${hostOf(asked.url)} did not answer within the time that slipway.yaml gives for it.`,
        todo: 'Push again, or give it more time with `expires`.',
      }),
      run: (context) => askOutside(asked, context),
    },
  ],
  isRed: ({ code }) => code === 'hook-rolled-back',
})

async function askOutside(asked: Asked, context: GateContext): Promise<StepResult> {
  const { memory, clock, since, say } = context
  const host = hostOf(asked.url)
  const { tries, deliveredAt } = memorySchema.parse(memory)
  const expires = new Date(since.getTime() + asked.expiresSeconds * 1000)
  if (deliveredAt !== undefined) return { state: 'wait', until: expires, on: `the answer of ${host}`, memory }
  const said = await send(asked, context)
  const now = clock.now()
  if (said.is === 'answered' && isTaken(said.status)) {
    const answer = answerIn(said.body)
    if (answer?.answer === 'pass') {
      await say(`${host} answered “pass” at once.`)
      return {
        state: 'done',
        memory: { ...memory, ...(answer.reason !== null && { reason: answer.reason }) },
      }
    }
    if (answer !== undefined) return { state: 'failed', error: refusedBy(host, answer) }
    await say(`${host} took it with ${said.status}, and its answer is awaited.`)
    const kept = { ...memory, deliveredAt: now.toISOString() }
    return { state: 'wait', until: expires, on: `the answer of ${host}`, memory: kept }
  }
  const why = said.is === 'answered' ? `it answered ${said.status}` : said.words
  await say(`Try ${tries + 1}: ${host} did not take it: ${why}.`)
  return {
    state: 'wait',
    until: new Date(now.getTime() + againAfterSeconds(tries + 1) * 1000),
    on: `${host}, which did not take it: ${why}`,
    memory: { ...memory, tries: `${tries + 1}` },
  }
}

function isTaken(status: number): boolean {
  return status >= 200 && status < 300
}

/** Signed as https://www.standardwebhooks.com says, by each key that holds now. */
async function send(asked: Asked, context: GateContext): Promise<Answer> {
  const { db, organisationId, app, executionId, path, attempt, sealing, clock, egress } = context
  const { message, keys } = await db.inOrganisation(organisationId, async (tx) => ({
    message: await hookMessage(tx, context, asked.expiresSeconds),
    keys: await hookKeysOf(tx, { organisationId, appId: app.id }, sealing, clock),
  }))
  const id = `${executionId}/${path}/${attempt}`
  const body = JSON.stringify(message)
  const now = clock.now()
  return egress.ask(asked.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': `${Math.floor(now.getTime() / 1000)}`,
      'webhook-signature': keys.map(({ key }) => new Webhook(key).sign(id, now, body)).join(' '),
    },
    body,
  })
}

export function hostOf(url: string): string {
  return new URL(url).host
}
