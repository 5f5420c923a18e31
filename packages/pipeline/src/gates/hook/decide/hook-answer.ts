import { UserError, type UserErrorFields } from '@slipway/core'
import { z } from 'zod'

/** What whoever is asked may say. */
const schema = z.object({
  answer: z.enum(['pass', 'refuse', 'roll-back']),
  /** Kept, and shown beside the gate. */
  reason: z
    .string()
    .trim()
    .max(500)
    .transform((text) => (text === '' ? null : text))
    .nullish()
    .transform((text) => text ?? null),
})
export type HookAnswer = z.infer<typeof schema>

/** An answer that was sent to us. Throws `hook-answer-unreadable` with each thing that is wrong. */
export function readHookAnswer(body: string): HookAnswer {
  const found = schema.safeParse(parsed(body))
  if (found.success) return found.data
  throw new UserError({
    code: 'hook-answer-unreadable',
    kind: 'invalid',
    what: 'This is no answer to a hook.',
    why: 'An answer is JSON such as {"answer": "pass", "reason": "CHG0031 is approved"}.',
    todo: 'Send `answer` as "pass", "refuse" or "roll-back", and `reason` in up to 500 characters or not at all.',
    details: found.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`),
  })
}

/** The answer that stands in the response to what was sent; undefined where the response only says that it arrived. */
export function answerIn(body: string): HookAnswer | undefined {
  return schema.safeParse(parsed(body)).data
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Why the execution ends, and with `roll-back` also why what it stands behind goes back. */
export function refusedBy(host: string, { answer, reason }: HookAnswer): UserErrorFields {
  const why = reason === null ? {} : { why: reason }
  if (answer === 'roll-back')
    return {
      code: 'hook-rolled-back',
      kind: 'failed',
      what: `${host} asked to go back.`,
      ...why,
      todo: 'Look at what it saw, then push a repair. The revision is marked bad until then.',
    }
  return {
    code: 'hook-refused',
    kind: 'conflict',
    what: `${host} refused.`,
    ...why,
    todo: 'Settle it there, then push again. What this execution deployed so far stays.',
  }
}
