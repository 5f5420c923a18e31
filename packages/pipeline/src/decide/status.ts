import type { Execution } from './execution.ts'

export const statuses = [
  'building',
  'holding',
  'waiting',
  'deploying',
  'going-back',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'superseded',
] as const
export type Status = (typeof statuses)[number]

/** The state in one word, for lists. `holding` waits for a person, `waiting` for the stage to be free. */
export function statusOf(execution: Execution): Status {
  if (execution.end !== null) return execution.end.how
  if (execution.build.is === 'running') return 'building'
  if (execution.failing !== null) return 'going-back'
  if (execution.cancelledAt !== null) return 'cancelling'
  if (execution.stages.some((stage) => stage.lane.is === 'holding')) return 'holding'
  if (execution.stages.some((stage) => stage.lane.is === 'waiting')) return 'waiting'
  return 'deploying'
}
