import { z } from 'zod'
import {
  checkAskedSchema,
  environmentIdSchema,
  errorSchema,
  executionIdSchema,
  executionKinds,
  oneBoxSchema,
  releaseIdSchema,
  undoneSchema,
} from './execution.ts'

/**
 * Everything that can happen to an execution. Events are the source: the state is their fold, in the order
 * in which they were recorded. `path` names a place: `build`, a stage, `stage/wave/target`, or the place of a check:
 * `stage/before/0`, `stage/after/0`, `stage/wave/before/0`, `stage/wave/after/0`.
 */
const at = z.string()
const path = z.string()
const attempt = z.number().int().positive()

/** What an execution can wait in; each has a timer. `fresh` is none: it is when a check that passed is asked once more. */
export const waits = [
  'building',
  'holding',
  'waiting',
  'checking',
  'fresh',
  'deploying',
  'stopping',
  'restoring',
] as const
export type Wait = (typeof waits)[number]

const stageAskedSchema = z.object({
  name: z.string(),
  before: z.array(checkAskedSchema).default([]),
  waves: z.array(
    z.object({
      limit: z.number().int().positive(),
      before: z.array(checkAskedSchema).default([]),
      targets: z.array(
        z.object({ environmentId: environmentIdSchema, name: z.string(), oneBox: oneBoxSchema }),
      ),
      after: z.array(checkAskedSchema).default([]),
    }),
  ),
  after: z.array(checkAskedSchema).default([]),
})
export type StageAsked = z.infer<typeof stageAskedSchema>

export const eventSchema = z.discriminatedUnion('type', [
  /** The first event. With `error` the manifest was refused, and this is also the last. */
  z.object({
    type: z.literal('received'),
    at,
    kind: z.enum(executionKinds),
    order: z.number().int(),
    deploysByItself: z.boolean(),
    releaseId: releaseIdSchema.nullable(),
    stages: z.array(stageAskedSchema),
    error: errorSchema.nullable(),
  }),
  /** A runner was told to build; says nothing new to the state, but to whoever reads the log. */
  z.object({ type: z.literal('build-started'), at, attempt }),
  z.object({ type: z.literal('build-succeeded'), at, attempt, releaseId: releaseIdSchema }),
  /** `again` is true where the build's own content is not to blame (its runner went away). */
  z.object({ type: z.literal('build-failed'), at, attempt, error: errorSchema, again: z.boolean() }),
  z.object({ type: z.literal('deploy-requested'), at, by: z.string() }),
  /** The lane of a stage let it in. */
  z.object({ type: z.literal('entered'), at, stage: z.string() }),
  z.object({ type: z.literal('superseded'), at, by: executionIdSchema }),
  /** `by` is the person who opened it; null where it opened by itself. */
  z.object({
    type: z.literal('check-passed'),
    at,
    path,
    attempt,
    by: z.string().nullable(),
    reason: z.string().nullable(),
    freshUntil: at.nullable(),
  }),
  /** `isRed`: what was deployed before it is not well, so that its wave goes back. */
  z.object({ type: z.literal('check-failed'), at, path, attempt, error: errorSchema, isRed: z.boolean() }),
  /** The check at `path` says which stages come behind its own; what it says first counts. */
  z.object({ type: z.literal('generated'), at, path, attempt, stages: z.array(stageAskedSchema) }),
  /** A person passed it over, whether it had been asked or not. */
  z.object({ type: z.literal('check-overridden'), at, path, by: z.string(), reason: z.string() }),
  /** Its steps began, with this release; says nothing new to the state. */
  z.object({ type: z.literal('target-deploying'), at, path, attempt, release: z.number().int() }),
  z.object({ type: z.literal('target-healthy'), at, path, attempt }),
  /** Its host found it not well and is going back, which takes a while; how that ended is said after it. */
  z.object({
    type: z.literal('target-red'),
    at,
    path,
    attempt,
    error: errorSchema,
    isAppsFault: z.boolean(),
  }),
  z.object({
    type: z.literal('target-failed'),
    at,
    path,
    attempt,
    error: errorSchema,
    undone: undoneSchema,
    /** Whether the app itself did not come up, and not the account, the host or Slipway. */
    isAppsFault: z.boolean(),
  }),
  z.object({ type: z.literal('target-stopped'), at, path, attempt, undone: undoneSchema }),
  z.object({ type: z.literal('target-restored'), at, path, attempt }),
  z.object({ type: z.literal('target-restore-failed'), at, path, attempt, error: errorSchema }),
  z.object({ type: z.literal('cancel-requested'), at, by: z.string() }),
  /** The timer of one wait came due. Says nothing when that wait is over. */
  z.object({ type: z.literal('deadline'), at, path, attempt, wait: z.enum(waits) }),
])
export type ExecutionEvent = z.infer<typeof eventSchema>
export type EventOf<T extends ExecutionEvent['type']> = Extract<ExecutionEvent, { type: T }>
