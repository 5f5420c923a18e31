import { z } from 'zod'

const faultKind = z.enum([
  'throttled',
  'denied',
  'quota',
  'no capacity',
  'slow',
  'hangs',
  'cut',
  'answer lost',
])
export type FaultKind = z.infer<typeof faultKind>

/** What happens to a call, in the words of the page on which it is asked for. */
export const faultWords: Record<FaultKind, string> = {
  throttled: 'refused because there were too many',
  denied: 'refused because the role may not',
  quota: 'refused because a quota is reached',
  'no capacity': 'refused because AWS has none left',
  slow: 'answered late',
  hangs: 'never answered',
  cut: 'broken off before it reaches AWS',
  'answer lost': 'done by AWS, and the answer lost',
}

const seconds = z.coerce.number().positive().max(86_400)

/** A fault that somebody asked for. What is left out fits every call. */
export const fault = z.object({
  kind: faultKind,
  /** Twelve digits. */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  /** As it signs its calls: `ec2`, `cloudformation`, `s3`. */
  service: z.string().optional(),
  /** `CreateStack`; of S3 `PutObject` and its like. */
  action: z.string().optional(),
  /** How often; for ever when left out. */
  times: z.coerce.number().int().positive().optional(),
  /** From when it is asked for; for ever when left out. */
  forSeconds: seconds.optional(),
  /** Only of `slow`: how late. */
  lateSeconds: seconds.default(5),
})
export type Fault = z.infer<typeof fault>
export type FaultAsked = z.input<typeof fault>

export type Call = { account: string | undefined; service: string; action: string }

/** Whether a call is one of those that a fault is for. */
export function isFor(fault: Pick<Fault, 'account' | 'service' | 'action'>, call: Call): boolean {
  return (['account', 'service', 'action'] as const).every(
    (name) => fault[name] === undefined || fault[name] === call[name],
  )
}
