import type { Memory } from '@slipway/cloud'
import { z } from 'zod'
import type { Check, CheckProgress, errorSchema } from '../decide/execution.ts'
import type { Answers } from '../gates/approve/answers-for.ts'
import type { Watched } from '../gates/gate.ts'
import { gateOf } from '../gates/index.ts'
import { artifactsIn } from '../gates/run/artifacts.ts'
import type { Person } from './people.ts'
import type { StepRow } from './step-shown.ts'

/** How far a step or a gate is. Times are ISO. */
type CheckState =
  | { is: 'ahead' }
  | {
      is: 'asked'
      since: string
      /** When it gives up. */
      until: string
      /** What it waits for just now, in its own words; null before its first look. */
      waitsFor: string | null
      /** When it is looked at again at the latest. */
      nextLookAt: string | null
      /** Of an approval: why the one who looks cannot give it. Null for what no word opens. */
      answers: Answers | null
    }
  | {
      is: 'passed'
      since: string
      endedAt: string
      /** Who opened it, or passed it over; null where it opened by itself. */
      by: Person | null
      reason: string | null
      isOverridden: boolean
      /** Until when what it passed on holds; null for good. */
      freshUntil: string | null
    }
  | { is: 'failed'; since: string; endedAt: string; error: z.infer<typeof errorSchema> }
  | { is: 'never' }

/** A step or a gate in its place. */
export type CheckShown = {
  /** `staging/before/0`: what an approval or an override names. */
  path: string
  kind: string
  words: string
  mayAct: string
  isStep: boolean
  state: CheckState
  /** What it counts and whom it asks; null before it is asked, and for a kind that does neither. */
  watched: Watched | null
  /** What its command kept for later steps; null where it kept nothing. */
  kept: FilesKept | null
}

/** Names of files and folders with all that is in them, and where they lie as one archive: `s3://…`. */
type FilesKept = {
  names: { name: string; files: number; sizeBytes: number }[]
  address: string
}

/** What is known of the checks of one execution. */
export type CheckRows = {
  steps: readonly StepRow[]
  answers: ReadonlyMap<string, Answers>
  person: (id: string) => Person
}

/** A check of an execution with what its rows say of it. */
export function checkShown(path: string, check: Check, rows: CheckRows): CheckShown {
  const { kind, words, mayAct, isStep, progress } = check
  const memory = memoryOf(path, check, rows.steps)
  return {
    path,
    kind,
    words,
    mayAct,
    isStep,
    state: stateOf(path, progress, rows),
    watched: watchedIn(check, memory),
    kept: filesIn(memory),
  }
}

const memorySchema = z.record(z.string(), z.string())

/** What the steps of its newest attempt remember. */
function memoryOf(path: string, { progress }: Check, steps: readonly StepRow[]): Memory {
  if (!('attempt' in progress)) return {}
  const rows = steps.filter((each) => each.path === `${path}/${progress.attempt}`)
  return Object.assign({}, ...rows.map((row) => memorySchema.parse(row.memory)))
}

function watchedIn({ kind, ask, progress }: Check, memory: Memory): CheckShown['watched'] {
  if (!('attempt' in progress)) return null
  return gateOf(kind)?.watched(ask, new Date(progress.since), memory) ?? null
}

function filesIn(memory: Memory): FilesKept | null {
  const kept = artifactsIn(memory)
  if (kept === undefined) return null
  return { names: kept.names, address: `s3://${kept.bucket}/${kept.key}` }
}

function stateOf(path: string, progress: CheckProgress, { steps, answers, person }: CheckRows): CheckState {
  switch (progress.is) {
    case 'ahead':
    case 'never':
      return { is: progress.is }
    case 'asked': {
      const { attempt, since, until } = progress
      const step = steps.find((each) => each.path === `${path}/${attempt}` && isOpen(each))
      return {
        is: 'asked',
        since,
        until,
        waitsFor: step?.waitsFor ?? null,
        nextLookAt: step?.waitUntil?.toISOString() ?? null,
        answers: answers.get(path) ?? null,
      }
    }
    case 'passed': {
      const { since, endedAt, by, reason, isOverridden, freshUntil } = progress
      return {
        is: 'passed',
        since,
        endedAt,
        by: by === null ? null : person(by),
        reason,
        isOverridden,
        freshUntil,
      }
    }
    case 'failed': {
      const { since, endedAt, error } = progress
      return { is: 'failed', since, endedAt, error }
    }
  }
}

const isOpen = ({ state }: StepRow) => state === 'running' || state === 'waiting'

/** Who opened these checks, or passed them over. */
export function peopleIn(checks: readonly Check[]): string[] {
  return checks.flatMap(({ progress }) =>
    progress.is === 'passed' && progress.by !== null ? [progress.by] : [],
  )
}
