import type { Execution } from './execution.ts'
import { checksOf } from './places.ts'

export const statuses = [
  'building',
  'holding',
  'waiting',
  'checking',
  'deploying',
  'going-back',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
] as const
export type Status = (typeof statuses)[number]

/** The state in one word, for lists. `holding` waits for a person, `waiting` for a gate or a stage, and `checking` while a step runs. */
export function statusOf(execution: Execution): Status {
  if (execution.end !== null) return execution.end.how
  if (execution.build.is === 'running') return 'building'
  if (execution.failing !== null) return 'going-back'
  if (execution.cancelledAt !== null) return 'cancelling'
  if (execution.stages.some((stage) => stage.lane.is === 'holding')) return 'holding'
  if (execution.stages.some((stage) => stage.lane.is === 'waiting')) return 'waiting'
  const asked = execution.stages.flatMap(checksOf).filter(([, { progress }]) => progress.is === 'asked')
  if (asked.length > 0) return asked.some(([, { isStep }]) => isStep) ? 'checking' : 'waiting'
  return 'deploying'
}
