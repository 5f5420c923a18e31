import type { z } from 'zod'
import { frameBytesMax } from './messages.ts'

/** A text frame as a message, or why it is none. Never throws: what comes over a channel is data. */
export function readFrame<T>(
  schema: z.ZodType<T>,
  text: string,
): { ok: true; message: T } | { ok: false; why: string } {
  if (text.length > frameBytesMax)
    return { ok: false, why: `a frame of ${text.length} characters; the limit is ${frameBytesMax}` }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, why: 'a frame that is not JSON' }
  }
  const result = schema.safeParse(value)
  if (result.success) return { ok: true, message: result.data }
  const issue = result.error.issues[0]
  return { ok: false, why: `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not valid'}` }
}
