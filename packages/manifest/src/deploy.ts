import { z } from 'zod'
import type { CanaryPlan } from './app-plan.ts'
import { refuse, seconds } from './values.ts'

const stepsMax = 10
/** What is longer is a bake: a stage waits for it without two releases being served for so long. */
const canarySecondsMax = 30 * 60
/** A tenth shows what is broken before many see it, a half shows the rest soon. */
const stepsDefault = ['10% for 10m', '50% for 10m']

const form = /^(\d{1,2}(?:\.\d)?)\s?% for ([1-9]\d{0,3}\s?[smh])$/

const step = z
  .string()
  .regex(form, { error: 'is not a step such as 10% for 10m', abort: true })
  .transform(stepOf)
  .superRefine((value, context) => {
    if (value.percent === 0) refuse(context, { reason: 'is nothing' })
    if (value.seconds < 60) refuse(context, { reason: 'is shorter than 1m' })
  })

/** `deploy:` of a service. */
export const deploy = z
  .strictObject({
    strategy: z.enum(['in-place', 'canary']).meta({
      description:
        'How a new release takes over. `in-place`: at once. `canary`: it serves a part of the requests beside the old one first, and goes back by itself where it is worse; not with a disk, and not of a worker.',
      default: 'in-place',
    }),
    steps: z
      .array(step)
      .min(1, 'has no step')
      .max(stepsMax, `has more than ${stepsMax} steps`)
      .superRefine((steps, context) => {
        for (const [index, { percent }] of steps.entries()) {
          const before = steps[index - 1]
          if (before && percent <= before.percent)
            refuse(context, { reason: 'is no more than the step before' }, [index])
        }
        const total = steps.reduce((sum, one) => sum + one.seconds, 0)
        if (total > canarySecondsMax)
          refuse(context, { reason: `takes longer than ${canarySecondsMax / 60} minutes in all` })
      })
      .meta({
        description:
          'Of a canary: so much of the requests for so long, each step more than the one before, half an hour in all at most.',
        default: stepsDefault,
        examples: [['5% for 10m', '25% for 10m']],
      })
      .optional(),
  })
  .superRefine(({ strategy, steps }, context) => {
    if (steps === undefined || strategy === 'canary') return
    refuse(context, { reason: `stands beside ${strategy}, and is a field of canary only` }, ['steps'])
  })

/** What it is called for the nearest name. */
export const deployFields = Object.keys(deploy.shape)

export function canaryOf(asked: z.infer<typeof deploy> | undefined): CanaryPlan | null {
  if (asked?.strategy !== 'canary') return null
  return { steps: asked.steps ?? stepsDefault.map(stepOf) }
}

function stepOf(text: string): CanaryPlan['steps'][number] {
  const [, percent = '', time = ''] = form.exec(text) ?? []
  return { percent: Number.parseFloat(percent), seconds: seconds(time) }
}
