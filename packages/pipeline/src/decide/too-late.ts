import type { UserErrorFields } from '@slipway/core'
import type { Wait } from './event.ts'
import type { Check } from './execution.ts'

/**
 * How long each wait may take before it gives up, in seconds. Steps inside a deployment have shorter ones of their
 * own. A check brings its own limit.
 */
export const waitSeconds: Record<Exclude<Wait, 'checking' | 'fresh'>, number> = {
  building: 45 * 60,
  holding: 30 * 86_400,
  waiting: 86_400,
  /** Two hours of it for a canary: half an hour of a one box and of steps each, and twice that where few requests come. */
  deploying: 160 * 60,
  stopping: 5 * 60,
  restoring: 20 * 60,
}

export function later(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString()
}

export const tooLate = {
  building: {
    code: 'pipeline-build-too-long',
    kind: 'failed',
    what: `The build took longer than ${waitSeconds.building / 60} minutes and was stopped.`,
    why: 'Its command did not end, or its runner no longer answers.',
    todo: 'Look at the last lines of the build log for what it waited for, then push again.',
  },
  holding: {
    code: 'pipeline-nobody-deployed',
    kind: 'conflict',
    what: `Nobody pressed Deploy within ${waitSeconds.holding / 86_400} days, so this push no longer waits.`,
    todo: 'Push again when it should go out.',
  },
  waiting: {
    code: 'pipeline-waited-too-long',
    kind: 'failed',
    what: `The stage was busy for ${waitSeconds.waiting / 3600} hours, so this execution gave up.`,
    todo: 'Cancel what holds the stage, then push again.',
  },
  deploying: {
    code: 'pipeline-deployment-too-long',
    kind: 'failed',
    what: `The deployment took longer than ${waitSeconds.deploying / 60} minutes and was stopped.`,
    why: 'One of its steps did not come to an end; the steps above show which.',
    todo: 'Look at that step, then deploy again. What ran before still runs.',
  },
  restoring: {
    code: 'pipeline-restore-too-long',
    kind: 'failed',
    what: `Going back took longer than ${waitSeconds.restoring / 60} minutes.`,
    why: 'The host did not answer.',
    todo: 'Look at the host on the environment page; roll back again once it is there.',
  },
} satisfies Record<string, UserErrorFields>

/** A check that nobody and nothing opened in time. */
export function checkTooLate({ words, limitSeconds, mayAct }: Check): UserErrorFields {
  return {
    code: 'pipeline-check-too-long',
    kind: 'failed',
    what: `“${words}” was not done within ${durationOf(limitSeconds)}, so this execution no longer waits for it.`,
    why: `It could have been opened by: ${mayAct}.`,
    todo: 'Deploy again from the execution’s page when it can be; nothing that runs was changed by the wait.',
  }
}

function durationOf(seconds: number): string {
  const units: [string, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ]
  for (const [name, length] of units) {
    if (seconds < length || seconds % length !== 0) continue
    const count = seconds / length
    return `${count} ${name}${count === 1 ? '' : 's'}`
  }
  return `${seconds} seconds`
}
