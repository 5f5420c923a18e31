import type { Advanced } from './end.ts'
import type { EventOf } from './event.ts'
import type { Execution } from './execution.ts'
import { findCheck, withCheck } from './places.ts'
import { later } from './too-late.ts'

/** Asks a check: for the first time, or once more where what it passed on no longer holds. */
export function askCheck(execution: Execution, path: string, at: string): Advanced {
  const found = findCheck(execution, path)
  if (found === undefined) return { execution, effects: [] }
  const { progress, limitSeconds } = found.check
  const attempt = 'attempt' in progress ? progress.attempt + 1 : 1
  const until = later(at, limitSeconds)
  return {
    execution: withCheck(execution, path, { is: 'asked', attempt, since: at, until }),
    effects: [
      { type: 'check', path, attempt },
      { type: 'timer', path, attempt, wait: 'checking', dueAt: until },
    ],
  }
}

/** The check has passed; what follows from that is not decided here. Undefined where it is not being asked so. */
export function passCheck(execution: Execution, event: EventOf<'check-passed'>): Advanced | undefined {
  const { path, attempt, at, by, reason, freshUntil } = event
  const progress = findCheck(execution, path)?.check.progress
  if (progress?.is !== 'asked' || progress.attempt !== attempt) return undefined
  const { since } = progress
  return {
    execution: withCheck(execution, path, {
      is: 'passed',
      attempt,
      since,
      endedAt: at,
      by,
      reason,
      isOverridden: false,
      freshUntil,
    }),
    effects: freshUntil === null ? [] : [{ type: 'timer', path, attempt, wait: 'fresh', dueAt: freshUntil }],
  }
}

/** Passed over by a person: it holds for good, and its commands are stopped if any run. */
export function overrideCheck(
  execution: Execution,
  event: EventOf<'check-overridden'>,
): Advanced | undefined {
  const { path, at, by, reason } = event
  const check = findCheck(execution, path)?.check
  if (check === undefined) return undefined
  const { progress } = check
  if (progress.is !== 'asked' && progress.is !== 'ahead') return undefined
  const isAsked = progress.is === 'asked'
  const attempt = isAsked ? progress.attempt : 1
  const passed = withCheck(execution, path, {
    is: 'passed',
    attempt,
    since: isAsked ? progress.since : at,
    endedAt: at,
    by,
    reason,
    isOverridden: true,
    freshUntil: null,
  })
  return { execution: passed, effects: isAsked ? [{ type: 'stop-check', path, attempt }] : [] }
}
