import { z } from 'zod'
import { errorSchema } from '../decide/execution.ts'
import { stepTitle } from '../step-titles.ts'

/** A step as its row says. Times are ISO. */
export type StepShown = {
  name: string
  title: string
  state: 'pending' | 'running' | 'waiting' | 'done' | 'failed'
  waitsFor: string | null
  /** When it is looked at again at the latest. */
  until: string | null
  startedAt: string | null
  endedAt: string | null
  error: z.infer<typeof errorSchema> | null
}

export type StepRow = {
  path: string
  name: string
  state: string
  waitsFor: string | null
  waitUntil: Date | null
  startedAt: Date | null
  endedAt: Date | null
  error: unknown
  memory: unknown
}

const stepState = z.enum(['pending', 'running', 'waiting', 'done', 'failed'])

/** `titles` by name, where the step is not of a build or a deployment. */
export function stepShown(step: StepRow, titles?: ReadonlyMap<string, string>): StepShown {
  return {
    name: step.name,
    title: titles?.get(step.name) ?? stepTitle(step.name),
    state: stepState.parse(step.state),
    waitsFor: step.waitsFor,
    until: step.waitUntil?.toISOString() ?? null,
    startedAt: step.startedAt?.toISOString() ?? null,
    endedAt: step.endedAt?.toISOString() ?? null,
    error: errorSchema.nullable().parse(step.error ?? null),
  }
}
