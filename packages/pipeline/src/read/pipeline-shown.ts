import type { EnvironmentListed } from '@slipway/environments'
import type { z } from 'zod'
import type { errorSchema, executionKinds, Progress, undoneSchema } from '../decide/execution.ts'
import type { Status } from '../decide/status.ts'
import type { Waiting } from '../decide/wait-of.ts'
import type { CheckShown } from './check-shown.ts'
import type { Person } from './people.ts'
import type { StepShown } from './step-shown.ts'

/** An execution as the sheet of the pipeline carries it: its revision and how far it is. Times are ISO. */
export type Carried = {
  number: number
  kind: (typeof executionKinds)[number]
  status: Status
  sha: string
  message: string
  author: string
  isBad: boolean
  startedBy: Person
  /** Why it was begun, in the words of who did. */
  reason: string | null
  createdAt: string
  endedAt: string | null
  /** What went wrong; also while what it deployed goes back. */
  error: z.infer<typeof errorSchema> | null
  canDeploy: boolean
  canCancel: boolean
}

/** An environment in its place of the pipeline. */
export type EnvironmentHere = Omit<EnvironmentListed, 'stage' | 'live'> & {
  live:
    | (NonNullable<EnvironmentListed['live']> & {
        isBad: boolean
        /** Commits that were pushed after the one that is live here. */
        behind: number
      })
    | null
}

/** What the execution that is inside, or was last, does in an environment. Times are ISO. */
export type TargetProgress = {
  is: Progress['is']
  /** Number of that execution. */
  execution: number
  since: string | null
  /** When it gives up. */
  until: string | null
  endedAt: string | null
  error: z.infer<typeof errorSchema> | null
  /** What became of what ran before, where it did not come through. */
  undone: z.infer<typeof undoneSchema> | null
  /** The step that is under way. */
  step: StepShown | null
}

export type TargetShown = {
  name: string
  /** Null once it was deleted. */
  environment: EnvironmentHere | null
  progress: TargetProgress | null
}

/** One that waits before a stage. */
export type Entrant = Carried & {
  /** deploy: for the Deploy button. gate: a gate is shut. held: a person holds the stage. busy: another is inside. */
  why: 'deploy' | 'gate' | 'held' | 'busy'
  waits: Waiting
  /** The gate, where it waits for one. */
  check: CheckShown | null
}

type WaveShown = { limit: number; before: CheckShown[]; targets: TargetShown[]; after: CheckShown[] }

export type StageShown = {
  name: string
  /** No longer in the newest manifest: shown while something is under way in it. */
  isRemoved: boolean
  hold: { since: string; by: Person; reason: string } | null
  /** The execution inside, and since when. */
  holder: (Carried & { since: string; waits: Waiting | null }) | null
  /** While nobody is inside: the one that was last, and whether all of it came through here. */
  last: (Carried & { leftAt: string; hasPassed: boolean }) | null
  /** Those before it, the next first. */
  waiting: Entrant[]
  /** The execution whose steps and gates are shown; null while no push was inside. */
  checksOf: Carried | null
  before: CheckShown[]
  waves: WaveShown[]
  after: CheckShown[]
}

/** One that is being built, or was built last. Times are ISO. */
export type BuildShown = Carried & {
  is: 'running' | 'succeeded' | 'failed' | 'stopped' | 'never'
  since: string
  until: string | null
  builtAt: string | null
  steps: StepShown[]
}

/** The page of an app's pipeline. Everything follows from rows. */
export type PipelineShown = {
  app: { id: string; name: string; branch: string; autoDeploy: boolean }
  /** The newest push; null before the first. */
  head: Carried | null
  /** Whose manifest the stages are read from; older than the head where that one's manifest was refused. */
  readFrom: Carried | null
  builds: BuildShown[]
  stages: StageShown[]
  /** Environments that no stage names any more. They run on. */
  leftOver: EnvironmentHere[]
}
