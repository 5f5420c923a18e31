import {
  type AppId,
  type EnvironmentId,
  type ExecutionId,
  type Id,
  type IdKind,
  isId,
  type ReleaseId,
} from '@slipway/core'
import { z } from 'zod'

/**
 * What an execution is: the whole state of one revision's way, as `advance` keeps it. It lies as JSON in the
 * execution's row, can be made again from its events, and is parsed with this schema when it is read.
 */
function idOf<K extends IdKind>(kind: K) {
  return z.custom<Id<K>>((value) => typeof value === 'string' && isId(kind, value), `not an id of ${kind}`)
}
export const executionIdSchema: z.ZodType<ExecutionId> = idOf('execution')
export const environmentIdSchema: z.ZodType<EnvironmentId> = idOf('environment')
export const releaseIdSchema: z.ZodType<ReleaseId> = idOf('release')
export const appIdSchema: z.ZodType<AppId> = idOf('app')

/** Times are ISO strings in UTC, so that state and events are the same in JSON and in memory. */
const at = z.string()

export const errorSchema = z.object({
  code: z.string(),
  kind: z
    .enum(['invalid', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'too-many', 'failed'])
    .optional(),
  what: z.string(),
  why: z.string().optional(),
  todo: z.string().optional(),
  link: z.string().optional(),
  details: z.array(z.string()).optional(),
})

/** Attempts count from 1; `until` is when a wait gives up. */
const running = { attempt: z.number().int(), since: at, until: at }

const buildSchema = z.discriminatedUnion('is', [
  /** A rollback or a redeploy: the build exists. */
  z.object({ is: z.literal('skipped') }),
  z.object({ is: z.literal('running'), ...running }),
  z.object({ is: z.literal('succeeded'), attempt: z.number().int(), since: at, endedAt: at }),
  z.object({ is: z.literal('failed'), attempt: z.number().int(), since: at, endedAt: at }),
  z.object({ is: z.literal('stopped'), attempt: z.number().int(), since: at, endedAt: at }),
  /** Never started: the manifest was refused, or the execution ended before. */
  z.object({ is: z.literal('never') }),
])

/** Where an execution stands at the door of a stage. Holding: a person has to let it in. Waiting: the stage is busy. */
const laneSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('ahead') }),
  z.object({ is: z.literal('holding'), since: at, until: at }),
  z.object({ is: z.literal('waiting'), since: at, until: at }),
  z.object({ is: z.literal('entered'), since: at }),
  z.object({ is: z.literal('left'), since: at, endedAt: at }),
  z.object({ is: z.literal('never') }),
])
export type Lane = z.infer<typeof laneSchema>

/** What became of what ran before, when a deployment did not come through. */
export const undoneSchema = z.enum(['undone', 'untouched', 'unknown'])

const progressSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('ahead') }),
  z.object({ is: z.literal('deploying'), ...running }),
  z.object({ is: z.literal('healthy'), attempt: z.number().int(), since: at, endedAt: at }),
  /** Told to stop. `error` says why when it was late; null when a person or a red neighbour stops it. */
  z.object({ is: z.literal('stopping'), ...running, error: errorSchema.nullable() }),
  z.object({ is: z.literal('stopped'), attempt: z.number().int(), endedAt: at, undone: undoneSchema }),
  z.object({
    is: z.literal('failed'),
    attempt: z.number().int(),
    endedAt: at,
    error: errorSchema,
    undone: undoneSchema,
  }),
  /** Was healthy, goes back to what ran before because its wave goes back. */
  z.object({ is: z.literal('restoring'), ...running }),
  z.object({ is: z.literal('restored'), attempt: z.number().int(), endedAt: at }),
  z.object({ is: z.literal('restore-failed'), attempt: z.number().int(), endedAt: at, error: errorSchema }),
  z.object({ is: z.literal('never') }),
])
export type Progress = z.infer<typeof progressSchema>

/**
 * A step or a gate, as a pipeline asks for it. What its kind means is not known here: only that it stands in the
 * way until it has passed, and for how long at most.
 */
export const checkAskedSchema = z.object({
  kind: z.string(),
  /** What it is, for lists and sentences: “npm run e2e”, “Approval by owners”. */
  words: z.string(),
  /** Who may do something about it, in words. */
  mayAct: z.string(),
  /** It has effects of its own, so that it begins only once the stage is held, where nobody takes its place. */
  isStep: z.boolean(),
  limitSeconds: z.number().int().positive(),
  /** What its kind has to know. */
  ask: z.record(z.string(), z.json()),
})
export type CheckAsked = z.infer<typeof checkAskedSchema>

const checkProgressSchema = z.discriminatedUnion('is', [
  z.object({ is: z.literal('ahead') }),
  z.object({ is: z.literal('asked'), ...running }),
  z.object({
    is: z.literal('passed'),
    attempt: z.number().int(),
    since: at,
    endedAt: at,
    /** The person who opened it, or passed it over, with the reason that was given. */
    by: z.string().nullable(),
    reason: z.string().nullable(),
    isOverridden: z.boolean(),
    /** What it passed on lasts until then: later it is asked once more. Null: for good. */
    freshUntil: at.nullable(),
  }),
  z.object({
    is: z.literal('failed'),
    attempt: z.number().int(),
    since: at,
    endedAt: at,
    error: errorSchema,
  }),
  /** The execution ended before. */
  z.object({ is: z.literal('never') }),
])
export type CheckProgress = z.infer<typeof checkProgressSchema>

const checkSchema = checkAskedSchema.extend({ progress: checkProgressSchema })
export type Check = z.infer<typeof checkSchema>

/** So much of a target's requests the new release gets first, for so long; null or left out: all at once. */
export const oneBoxSchema = z
  .object({ percent: z.number().positive(), seconds: z.number().int().positive() })
  .nullable()
  .optional()

const targetSchema = z.object({
  environmentId: environmentIdSchema,
  name: z.string(),
  oneBox: oneBoxSchema,
  progress: progressSchema,
})
export type Target = z.infer<typeof targetSchema>

const waveSchema = z.object({
  limit: z.number().int().positive(),
  before: z.array(checkSchema).default([]),
  targets: z.array(targetSchema),
  after: z.array(checkSchema).default([]),
})
const stageSchema = z.object({
  name: z.string(),
  /** The place of the check that generated it; null, as in states that were kept before: it is of the manifest. */
  generatedBy: z.string().nullable().default(null),
  lane: laneSchema,
  before: z.array(checkSchema).default([]),
  waves: z.array(waveSchema),
  after: z.array(checkSchema).default([]),
})
export type Stage = z.infer<typeof stageSchema>
export type Wave = Stage['waves'][number]

const endSchema = z.object({
  how: z.enum(['succeeded', 'failed', 'cancelled', 'superseded']),
  at,
  error: errorSchema.nullable(),
  /** The newer execution that took this one's commits along. */
  by: executionIdSchema.nullable(),
})
export type End = z.infer<typeof endSchema>

export const executionKinds = ['push', 'redeploy', 'configuration', 'rollback'] as const

export const executionSchema = z.object({
  id: executionIdSchema,
  /**
   * push: a revision's first way, in order. The others never build and stand outside the order. redeploy: a
   * release again. configuration: what is live, with the variables of now. rollback: an earlier release.
   */
  kind: z.enum(executionKinds),
  /** The revision's place among the pushes of its app, from 1. */
  order: z.number().int(),
  /** False until a person pressed Deploy, where the app does not deploy by itself. */
  letIn: z.boolean(),
  startedAt: at,
  build: buildSchema,
  releaseId: releaseIdSchema.nullable(),
  stages: z.array(stageSchema),
  /** Set when a person asked to cancel and the targets have not all answered yet. */
  cancelledAt: at.nullable(),
  /** The first error that makes it fail, while its wave goes back. */
  failing: errorSchema.nullable(),
  /** True once a deployment failed by the app's own fault: the revision is bad. */
  isBad: z.boolean(),
  end: endSchema.nullable(),
})
export type Execution = z.infer<typeof executionSchema>
