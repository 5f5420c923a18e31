import type { Handler } from '@slipway/jobs'
import { expireCommandHandler } from './commands.ts'

/** The jobs of this package, for the worker. */
export function hostsJobs(): Handler[] {
  return [expireCommandHandler]
}
