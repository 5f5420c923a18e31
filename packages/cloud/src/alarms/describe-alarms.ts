import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { z } from 'zod'

/** An alarm as CloudWatch has it. `since` is when it came into this state; `reason` is in CloudWatch's words. */
export type Alarm = {
  name: string
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'
  since: Date
  reason: string
}

/** CloudWatch gives at most this many alarms for one question. */
const namesMax = 100

const alarms = z.array(
  z.object({
    AlarmName: z.string(),
    StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
    StateReason: z.string().default(''),
    /** Moves also when only the reason changes. */
    StateUpdatedTimestamp: z.date(),
    StateTransitionedTimestamp: z.date().optional(),
  }),
)

/** The alarms of these names; one that is not there is left out. The client's session must be one that may see alarms. */
export async function describeAlarms(
  cloudWatch: CloudWatchClient,
  names: readonly string[],
): Promise<Alarm[]> {
  const found: Alarm[] = []
  for (let from = 0; from < names.length; from += namesMax) {
    const asked = { AlarmNames: names.slice(from, from + namesMax), MaxRecords: namesMax }
    const { MetricAlarms = [] } = await cloudWatch.send(new DescribeAlarmsCommand(asked))
    for (const alarm of alarms.parse(MetricAlarms)) {
      const { AlarmName, StateValue, StateReason, StateTransitionedTimestamp, StateUpdatedTimestamp } = alarm
      const since = StateTransitionedTimestamp ?? StateUpdatedTimestamp
      found.push({ name: AlarmName, state: StateValue, since, reason: StateReason })
    }
  }
  return found
}
