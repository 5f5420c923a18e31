import { UserError } from '@slipway/core'
import type { LimitedCommand } from '@slipway/protocol'
import { describeEnding } from '../apps/failures.ts'
import { quoted } from '../build/run-command.ts'
import type { JobEnd } from './jobs.ts'

export const jobFailures = {
  tookTooLong(command: string, timeoutSeconds: number): UserError {
    return new UserError({
      code: 'app-command-late',
      kind: 'failed',
      what: `The command ${quoted(command)} was ended after ${timeoutSeconds} seconds, its time limit.`,
      todo: 'Run it again with a longer limit, or find what it waits for.',
    })
  },
  hookFailed(
    { run, timeoutSeconds, point, service }: LimitedCommand & { point: string; service: string },
    end: JobEnd,
  ): UserError {
    return new UserError({
      code: 'app-hook-failed',
      kind: 'failed',
      what: end.isTimedOut
        ? `The ${point} hook of ${service}, ${quoted(run)}, was ended after ${timeoutSeconds} seconds, its time limit.`
        : `The ${point} hook of ${service}, ${quoted(run)}, did not end well: ${describeEnding(end)}.`,
      ...(point !== 'after-switch' && {
        why: 'Nothing was switched: the release before serves on. What the command did until then stays.',
      }),
      todo: end.isTimedOut
        ? 'Read its last lines below. If it needs longer, name a timeout in slipway.yaml (hooks:).'
        : 'Read its last lines below, mend it and push again.',
      details: end.lastLines,
    })
  },
  releaseFailed({ run, timeoutSeconds }: LimitedCommand, end: JobEnd): UserError {
    return new UserError({
      code: 'app-release-command-failed',
      kind: 'failed',
      what: end.isTimedOut
        ? `The release command ${quoted(run)} was ended after ${timeoutSeconds} seconds, its time limit.`
        : `The release command ${quoted(run)} did not end well: ${describeEnding(end)}.`,
      why: 'It runs before the new release takes over. The release before serves on, and what the command did until then stays.',
      todo: end.isTimedOut
        ? 'Read its last lines below. If it needs longer, name a timeout in slipway.yaml (release:).'
        : 'Read its last lines below, mend it and push again.',
      details: end.lastLines,
    })
  },
}
