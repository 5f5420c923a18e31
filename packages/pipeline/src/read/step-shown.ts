import type { OrganisationId } from '@slipway/core'
import { Prisma } from '@slipway/db'
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

/** As `stepsJson` says them. */
export const stepRows = z.array(
  z.object({
    path: z.string(),
    name: z.string(),
    state: z.string(),
    waitsFor: z.string().nullable(),
    waitUntil: z.coerce.date().nullable(),
    startedAt: z.coerce.date().nullable(),
    endedAt: z.coerce.date().nullable(),
    error: z.unknown(),
    memory: z.unknown(),
  }),
)
export type StepRow = z.infer<typeof stepRows>[number]

/** A subquery: the steps of an execution in their order, as JSON. */
export function stepsJson(executionId: Prisma.Sql, organisationId: OrganisationId): Prisma.Sql {
  return Prisma.sql`(
    select coalesce(json_agg(
      json_build_object(
        'path', path, 'name', name, 'state', state, 'waitsFor', waits_for, 'waitUntil', wait_until,
        'startedAt', started_at, 'endedAt', ended_at, 'error', error, 'memory', memory
      ) order by path, position
    ), '[]')
    from deployment_step
    where deployment_step.organisation_id = ${organisationId} and execution_id = ${executionId}
  )`
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
