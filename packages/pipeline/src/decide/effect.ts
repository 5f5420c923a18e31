import type { EnvironmentId, ExecutionId } from '@slipway/core'
import type { Wait } from './event.ts'

/** What `advance` wants done. Each becomes one row of the outbox; its answer comes back as an event. */
export type Effect =
  /** Answered by build-succeeded or build-failed. */
  | { type: 'build'; path: 'build'; attempt: number }
  | { type: 'stop-build'; path: 'build'; attempt: number }
  /** Asks a step or a gate. Answered by check-passed or check-failed. */
  | { type: 'check'; path: string; attempt: number }
  /** What a step or a gate runs on a runner is no longer wanted; has no answer. */
  | { type: 'stop-check'; path: string; attempt: number }
  /** Answered by target-healthy or target-failed. */
  | { type: 'deploy'; path: string; attempt: number; environmentId: EnvironmentId }
  /** Answered by target-stopped, or by what came first. */
  | { type: 'stop-deploy'; path: string; attempt: number; environmentId: EnvironmentId }
  /** Puts back what was healthy before. Answered by target-restored or target-restore-failed. */
  | { type: 'restore'; path: string; attempt: number; environmentId: EnvironmentId }
  /** Answered by deadline at `dueAt`, ISO. */
  | { type: 'timer'; path: string; attempt: number; wait: Wait; dueAt: string }
  /** A mail to those who want to know; has no answer. */
  | { type: 'tell-failed'; path: 'end'; attempt: 1 }
  /** A mail to those who had opened a gate of what never came further; has no answer. */
  | { type: 'tell-superseded'; path: 'end'; attempt: 1 }

/** The same effect of the same attempt has the same id, whoever asks and however often: its row is made once. */
export function effectId(executionId: ExecutionId, effect: Effect): string {
  const wait = effect.type === 'timer' ? `/${effect.wait}` : ''
  return `${executionId}/${effect.path}/${effect.attempt}/${effect.type}${wait}`
}
