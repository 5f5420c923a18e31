import { z } from 'zod'
import { every, schedulePlan } from './schedule.ts'
import { refuse } from './values.ts'

/** More hosts than most accounts may start without asking AWS, and more than one deployment should roll over. */
const hostsMax = 50

/** How many hosts a cluster has, and what makes them more or fewer. */
export const scalePlan = z.object({
  min: z.int().positive(),
  max: z.int().positive(),
  /** The group keeps the processors of its hosts about so busy, in percent; null: it does not look at them. */
  cpuPercent: z.number().positive().nullable(),
  /** The group keeps each host at about so many requests a second; null: it does not count them. */
  requestsPerSecond: z.number().positive().nullable(),
  /** From these moments on there are so many hosts at least. */
  schedule: z.array(schedulePlan.extend({ min: z.int().positive() })),
  /** Whether a visitor stays on the host that answered first, as long as it is healthy. */
  isSticky: z.boolean(),
})
export type ScalePlan = z.infer<typeof scalePlan>

const count = z.int('is no whole number').min(1, 'is less than 1').max(hostsMax, `is more than ${hostsMax}`)

const cpu = z
  .string()
  .regex(/^[1-9]\d?\s?%$/, { error: 'is not a share such as 60%', abort: true })
  .transform((text) => Number.parseInt(text, 10))

const requests = z
  .string()
  .regex(/^[1-9]\d{0,5}\s?\/\s?s$/, { error: 'is not a rate such as 500/s', abort: true })
  .transform((text) => Number.parseInt(text, 10))

const entry = z.strictObject({
  at: every
    .refine(({ cron }) => !cron.startsWith('@'), 'must be written as five fields')
    .meta({ description: 'When: five fields of a crontab and a time zone, UTC when left out.' }),
  min: count.meta({ description: 'So many hosts run at least from then on.' }),
})

const on = z
  .strictObject({
    cpu: cpu
      .meta({
        description: 'Hosts are added and taken away so that their processors are about so busy.',
        examples: ['60%'],
      })
      .optional(),
    requests: requests
      .meta({
        description: 'Hosts are added and taken away so that each gets about so many requests a second.',
        examples: ['500/s'],
      })
      .optional(),
    schedule: z
      .array(entry)
      .min(1, 'has no entry')
      .max(20, 'has more than 20 entries')
      .meta({
        description:
          'There are so many hosts at least from a moment on, until the next entry: one that takes them away again belongs to it.',
        examples: [
          [
            { at: '0 8 * * 1-5 Europe/London', min: 3 },
            { at: '0 19 * * 1-5 Europe/London', min: 2 },
          ],
        ],
      })
      .optional(),
  })
  .superRefine((value, context) => {
    if (Object.values(value).every((one) => one === undefined)) refuse(context, { reason: 'names nothing' })
  })

/** `scale:` of a service of a cluster. */
export const scale = z
  .strictObject({
    min: count.meta({ description: 'So many hosts run at least.', default: 1, examples: [2] }).optional(),
    max: count
      .meta({
        description: 'So many hosts run at most. As many as `min` when left out.',
        examples: [5],
      })
      .optional(),
    on: on
      .meta({
        description:
          'What the number of hosts follows between `min` and `max`. Left out: it stays at `min` unless somebody changes it.',
        examples: [{ cpu: '60%', requests: '500/s' }],
      })
      .optional(),
    sticky: z
      .boolean()
      .meta({
        description: 'A visitor stays on the host that answered first, by a cookie of the load balancer.',
        default: false,
      })
      .optional(),
  })
  .superRefine(({ min = 1, max = min, on: asked }, context) => {
    for (const [index, one] of (asked?.schedule ?? []).entries())
      if (one.min > max)
        refuse(context, { reason: `is more than max, which is ${max}` }, ['on', 'schedule', index, 'min'])
    if (max < min) refuse(context, { reason: `is less than min, which is ${min}` }, ['max'])
    if (asked !== undefined && max === min)
      refuse(context, { reason: 'needs a max that is more than min' }, ['on'])
  })

export const scaleFields = Object.keys(scale.shape)
export const scaleOnFields = Object.keys(on.shape)
export const scaleScheduleFields = Object.keys(entry.shape)

/** What is asked for, with what is left out filled in; a cluster that asks for nothing has one host. */
export function scalePlanOf(asked: z.infer<typeof scale> | undefined): ScalePlan {
  const { min = 1, max = min, on: follows, sticky = false } = asked ?? {}
  return {
    min,
    max,
    cpuPercent: follows?.cpu ?? null,
    requestsPerSecond: follows?.requests ?? null,
    schedule: (follows?.schedule ?? []).map(({ at, min }) => ({ ...at, min })),
    isSticky: sticky,
  }
}
