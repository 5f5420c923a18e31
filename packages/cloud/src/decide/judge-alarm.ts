import type { UserErrorFields } from '@slipway/core'
import type { Alarm } from '../alarms/describe-alarms.ts'

/** As the monitors of the host judge: `inconclusive` is not "fine", and never a reason to go back. */
export type AlarmJudgement =
  | { is: 'fine' | 'inconclusive'; words: string }
  | { is: 'red'; words: string; error: UserErrorFields }

/**
 * What the alarm of a host says of a release that the host began to bring up at `beganAt`. Red is only an alarm that
 * turned red since: one that was red before is not the release's doing, and a release may be what mends it.
 */
export function judgeAlarm(alarm: Alarm | undefined, beganAt: Date): AlarmJudgement {
  if (alarm === undefined) return { is: 'inconclusive', words: 'CloudWatch does not have the alarm.' }
  const { name, state, since, reason } = alarm
  switch (state) {
    case 'OK':
      return { is: 'fine', words: `${name} is OK.` }
    case 'INSUFFICIENT_DATA':
      return { is: 'inconclusive', words: `${name} has no data yet.` }
    case 'ALARM':
      if (since < beganAt)
        return { is: 'inconclusive', words: `${name} is in alarm. It was so before the deployment.` }
      return { is: 'red', words: `${name} is in alarm: ${reason}`, error: turnedRed(name, reason) }
  }
}

function turnedRed(name: string, reason: string): UserErrorFields {
  return {
    code: 'app-turned-alarm-red',
    kind: 'failed',
    what: `The alarm ${name} turned red while the new release was watched.`,
    why: "EC2's own checks of the instance fail since; a host that runs out of memory or of processor time does not answer them.",
    todo: "Look at the host's memory and CPU in those minutes. If it was AWS's hardware, push the commit again and deploy it by hand.",
    ...(reason && { details: [reason] }),
  }
}
