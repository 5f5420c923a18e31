import type { Handler } from '@slipway/jobs'
import { type MailServer, mailHandler } from './send-mail.ts'

/** The jobs of this package, for the worker. */
export function organisationsJobs(dependencies: { mail: MailServer }): Handler[] {
  return [mailHandler(dependencies.mail)]
}
