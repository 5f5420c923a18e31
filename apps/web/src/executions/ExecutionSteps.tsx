'use client'
import { CheckDetail } from '../pipeline/CheckList.tsx'
import { checkLook } from '../pipeline/check-words.ts'
import { useNow } from '../ui/clock.tsx'
import { formatDuration } from '../ui/format-time.ts'
import { Panel } from '../ui/Panel.tsx'
import type { StateKind } from '../ui/State.tsx'
import { type StepGroup, StepList, type StepRow } from '../ui/StepList.tsx'
import { Time } from '../ui/Time.tsx'
import type { ExecutionShown } from './execution-shown.ts'
import { FilesKept } from './FilesKept.tsx'

/** The steps of the build, of each check and of each deployment in the order of the pipeline, with their waterfall. */
export function ExecutionSteps({ execution }: { execution: ExecutionShown }) {
  const now = useNow()
  const end = execution.endedAt ? new Date(execution.endedAt) : now
  const total = end ? formatDuration(end.getTime() - Date.parse(execution.createdAt)) : null
  const groups = execution.parts.map(groupOf)
  return (
    <Panel
      title="Steps"
      sub={total ? `${total} since ${execution.kind === 'push' ? 'the push' : 'it began'}` : null}
    >
      {groups.length === 0 ? (
        <p className="p-4 text-13 text-ink-2">
          {execution.endedAt ? 'It ended before a step began.' : 'The first step begins in a moment.'}
        </p>
      ) : (
        <StepList groups={groups} />
      )}
    </Panel>
  )
}

type Part = ExecutionShown['parts'][number]
type Step = Part['steps'][number]

function groupOf(part: Part): StepGroup {
  return {
    key: part.path,
    name: part.title,
    ...(part.release === null ? {} : { place: `release ${part.release}` }),
    steps: part.steps.length > 0 ? part.steps.map((step, index) => rowOf(step, index)) : [wholeOf(part)],
    ...(part.check === null ? {} : { below: <CheckBelow check={part.check} /> }),
  }
}

/** A part without steps is one row. */
function wholeOf(part: Part): StepRow {
  const { kind, word } = part.check
    ? checkLook(part.check)
    : {
        kind: partKinds[part.status] ?? 'running',
        word: part.status === 'ahead' ? 'Not started' : part.title,
      }
  return {
    key: 'whole',
    name: word,
    state: kind,
    stateWord: part.status,
    startedAt: part.startedAt,
    endedAt: part.endedAt,
    isWaiting: part.check?.state.is === 'asked' && !part.check.isStep,
  }
}

/** How long a check may be asked, or how it ended and what it left. The four answers stand above, where it can be acted on. */
function CheckBelow({ check }: { check: NonNullable<Part['check']> }) {
  if (check.state.is !== 'asked')
    return (
      <div className="grid gap-1">
        <CheckDetail check={check} />
        {check.kept ? <FilesKept kept={check.kept} /> : null}
      </div>
    )
  return (
    <p className="text-12 text-ink-2">
      Asked <Time at={check.state.since} />, gives up <Time at={check.state.until} />
    </p>
  )
}

const stepLooks: Record<Step['state'], { kind: StateKind; word: string }> = {
  pending: { kind: 'none', word: 'Not started' },
  running: { kind: 'running', word: 'Running' },
  waiting: { kind: 'running', word: 'Waiting' },
  done: { kind: 'good', word: 'Done' },
  failed: { kind: 'bad', word: 'Failed' },
}

const partKinds: Record<string, StateKind> = {
  succeeded: 'good',
  healthy: 'good',
  failed: 'bad',
  ahead: 'none',
  stopped: 'none',
  cancelled: 'none',
  never: 'none',
}

function rowOf(step: Step, index: number): StepRow {
  const { kind, word } = stepLooks[step.state]
  return {
    key: `${index} ${step.name}`,
    name: step.title,
    detail: step.error?.what ?? step.waitsFor ?? undefined,
    state: kind,
    stateWord: word,
    startedAt: step.startedAt,
    endedAt: step.endedAt,
    isWaiting: step.state === 'waiting',
  }
}
