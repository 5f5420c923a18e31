import type { UserErrorFields } from '@slipway/core'
import type { Effect } from './effect.ts'
import type { Check, End, Execution, Stage } from './execution.ts'
import { checksOf } from './places.ts'
import { voidAnswers } from './void-answers.ts'

export type Advanced = { execution: Execution; effects: Effect[] }

/**
 * The end of an execution: every lane is free, nothing is asked any more, its commands are stopped, and those
 * are told who want to know.
 */
export function end(
  execution: Execution,
  at: string,
  how: End['how'],
  error: UserErrorFields | null = null,
  by: End['by'] = null,
): Advanced {
  const stops = execution.stages.flatMap((stage) =>
    checksOf(stage).flatMap(([path, { progress }]): Effect[] =>
      progress.is === 'asked' ? [{ type: 'stop-check', path, attempt: progress.attempt }] : [],
    ),
  )
  const ended = {
    ...execution,
    stages: execution.stages.map((stage) => ({
      ...stage,
      lane: leftLane(stage, at),
      before: stage.before.map(over),
      waves: stage.waves.map((wave) => ({
        ...wave,
        before: wave.before.map(over),
        targets: wave.targets.map((target) =>
          target.progress.is === 'ahead' ? { ...target, progress: { is: 'never' as const } } : target,
        ),
        after: wave.after.map(over),
      })),
      after: stage.after.map(over),
    })),
    end: { how, at, error, by },
  }
  return { execution: ended, effects: [...stops, ...told(ended)] }
}

function told(execution: Execution): Effect[] {
  switch (execution.end?.how) {
    case 'failed':
      return [{ type: 'tell-failed', path: 'end', attempt: 1 }]
    case 'superseded':
      return voidAnswers(execution).length > 0 ? [{ type: 'tell-superseded', path: 'end', attempt: 1 }] : []
    case 'succeeded':
    case 'cancelled':
    case undefined:
      return []
  }
}

function over(check: Check): Check {
  const { is } = check.progress
  return is === 'ahead' || is === 'asked' ? { ...check, progress: { is: 'never' } } : check
}

function leftLane(stage: Stage, at: string): Stage['lane'] {
  switch (stage.lane.is) {
    case 'entered':
      return { is: 'left', since: stage.lane.since, endedAt: at }
    case 'left':
      return stage.lane
    case 'ahead':
    case 'holding':
    case 'waiting':
    case 'never':
      return { is: 'never' }
  }
}
