import { TRPCClientError } from '@trpc/client'
import { z } from 'zod'
import type { Problem } from '../ui/Notice.tsx'

const answered = z.object({ code: z.string(), userError: z.unknown().optional() })

const userErrorShape = z.object({
  code: z.string(),
  what: z.string(),
  why: z.string().optional(),
  todo: z.string().optional(),
  link: z.string().optional(),
  details: z.array(z.string()).optional(),
})

/** Whether the api itself answered, with a refusal, rather than the line being cut. */
export function isAnswered(error: unknown): boolean {
  return error instanceof TRPCClientError && answered.safeParse(error.data).success
}

/** The kind of refusal, in tRPC's words (`NOT_FOUND`, `UNAUTHORIZED`, …); null when nobody answered. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof TRPCClientError)) return null
  return answered.safeParse(error.data).data?.code ?? null
}

/** What to tell the reader: the api's own words where it gave any. */
export function problemOf(error: unknown): Problem {
  if (error instanceof TRPCClientError) {
    const known = userErrorShape.safeParse(answered.safeParse(error.data).data?.userError)
    if (known.success) return known.data
    if (isAnswered(error)) {
      return {
        what: 'Something on our side failed.',
        why: 'It is reported to us.',
        todo: 'Try again; nothing that was shown as done is lost.',
      }
    }
  }
  return {
    what: 'Slipway did not answer.',
    why: 'The connection was cut, or the api is not up.',
    todo: 'This page tries again by itself. What it shows may be old.',
  }
}

/** A problem that was stored (of an execution, an account), as it comes over the wire; null for none. */
export function storedProblem(value: unknown): Problem | null {
  const known = userErrorShape.safeParse(value)
  return known.success ? known.data : null
}
