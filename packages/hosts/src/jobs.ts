import type { Handler } from '@slipway/jobs'
import { expireCommandHandler } from './commands.ts'
import { runEndedHandler } from './runs.ts'

/** The jobs of this package, for the worker. */
export function hostsJobs(): Handler[] {
  return [expireCommandHandler, runEndedHandler]
}
